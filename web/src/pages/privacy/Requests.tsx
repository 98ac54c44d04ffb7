import { Button } from "@mantine/core";
import { bundlePath, receiptPath, useSettle, type PrivacyRequest } from "@/api/privacy";
import { useFormat, useWords } from "@/i18n";
import { useErrorText } from "@/parts/Await";
import { DataTable } from "@/parts/DataTable";
import { Tag } from "@/parts/Tag";
import { outcomeOf } from "./outcome";
import css from "./Privacy.module.css";

/** The requests, newest first, with what became of each. */
export function Requests({ requests }: { requests: readonly PrivacyRequest[] }) {
  const { t, word } = useWords();
  const f = useFormat();
  return (
    <DataTable
      caption={t("privacy.list")}
      rows={requests}
      rowKey={(one) => one.subject_request_id}
      columns={[
        { key: "kind", head: t("privacy.kind"), names: true, cell: (one) => t(`privacy.kind.${one.subject_request_type}`) },
        { key: "state", head: t("privacy.state"), cell: (one) => <State one={one} /> },
        { key: "identity", head: t("privacy.identityKind"), cell: (one) => one.identity_types.map((kind) => word("identifier", kind)).join(", ") },
        { key: "received", head: t("privacy.received"), cell: (one) => <span className={css.line}>{f.moment(one.received_time)}</span> },
        { key: "deadline", head: t("privacy.deadline"), cell: (one) => <span className={css.line}>{f.day(one.expected_completion_time)}</span> },
        ...(requests.some((one) => one.callbacks.length > 0) ? [{ key: "told", head: t("privacy.callbacks"), cell: (one: PrivacyRequest) => <Callbacks one={one} /> }] : []),
        { key: "proof", head: t("privacy.proof"), cell: (one) => <Proof one={one} /> },
      ]}
    />
  );
}

function State({ one }: { one: PrivacyRequest }) {
  const { t, tn } = useWords();
  const outcome = outcomeOf(one);
  const elsewhere = Object.values(one.elsewhere).reduce((sum, rows) => sum + rows, 0);
  return (
    <div className={css.state}>
      <Tag tone={one.step === "done" ? "good" : one.step === "cancelled" ? "neutral" : "warn"}>{t(`privacy.step.${one.step}`)}</Tag>
      {one.step === "unsure" && <Unsure one={one} />}
      {one.problem && <span className="quiet">{one.problem}</span>}
      {outcome === "nobody" && <span className="quiet">{t("privacy.nobody")}</span>}
      {outcome === "shared" && <span className="quiet">{t("privacy.shared")}</span>}
      {typeof outcome === "number" && <span className="quiet">{tn("privacy.events", outcome)}</span>}
      {elsewhere > 0 && <span className="quiet">{tn("privacy.elsewhere", elsewhere)}</span>}
    </div>
  );
}

/** Somebody has to say whom it means before anything is done. */
function Unsure({ one }: { one: PrivacyRequest }) {
  const { t } = useWords();
  const say = useErrorText();
  const settle = useSettle();
  const id = one.subject_request_id;
  return (
    <>
      <p className={css.unsure}>{t("privacy.unsure")}</p>
      <span className={css.links}>
        <Button size="compact-sm" loading={settle.isPending} onClick={() => settle.mutate({ id, meant: true })}>
          {t("privacy.confirm")}
        </Button>
        <Button size="compact-sm" variant="default" disabled={settle.isPending} onClick={() => settle.mutate({ id, meant: false })}>
          {t("privacy.cancel")}
        </Button>
      </span>
      {settle.error && (
        <p role="alert" className={css.error}>
          {say(settle.error)}
        </p>
      )}
    </>
  );
}

function Proof({ one }: { one: PrivacyRequest }) {
  const { t, language } = useWords();
  const id = one.subject_request_id;
  if (one.subject_request_type === "erasure") {
    return one.signed ? (
      <a href={receiptPath(id)} download={`receipt-${id}.json`}>
        {t("privacy.receipt")}
      </a>
    ) : null;
  }
  return (
    <span className={css.links}>
      <a href={bundlePath(id, "html", language)} download>
        {t("privacy.page")}
      </a>
      <a href={bundlePath(id, "json", language)} download>
        {t("privacy.file")}
      </a>
    </span>
  );
}

/** Who is told of each status, and whether they hear. */
function Callbacks({ one }: { one: PrivacyRequest }) {
  const { t } = useWords();
  return (
    <>
      {one.callbacks.map((each) => {
        const last = each.told.at(-1);
        return (
          <p key={each.url} className={css.callback}>
            <span data-words="given">{hostOf(each.url)}</span>{" "}
            <Tag tone={each.gave_up ? "bad" : each.problem ? "warn" : last === "completed" ? "good" : "neutral"}>
              {each.gave_up ? t("privacy.callback.gaveUp") : each.problem ? t("privacy.callback.again") : last ? t(`privacy.callback.${last}`) : t("privacy.callback.none")}
            </Tag>
            {each.problem && (
              <span className="quiet" data-words="given">
                {" "}
                {each.problem}
              </span>
            )}
          </p>
        );
      })}
    </>
  );
}

const hostOf = (url: string) => (URL.canParse(url) ? new URL(url).host : url);
