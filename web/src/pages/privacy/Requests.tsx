import { bundlePath, receiptPath, type PrivacyRequest } from "@/api/privacy";
import { useFormat, useWords } from "@/i18n";
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
        { key: "proof", head: t("privacy.proof"), cell: (one) => <Proof one={one} /> },
      ]}
    />
  );
}

function State({ one }: { one: PrivacyRequest }) {
  const { t, tn } = useWords();
  const outcome = outcomeOf(one);
  return (
    <div className={css.state}>
      <Tag tone={one.step === "done" ? "good" : "warn"}>{t(`privacy.step.${one.step}`)}</Tag>
      {one.problem && <span className="quiet">{one.problem}</span>}
      {outcome === "nobody" && <span className="quiet">{t("privacy.nobody")}</span>}
      {outcome === "shared" && <span className="quiet">{t("privacy.shared")}</span>}
      {typeof outcome === "number" && <span className="quiet">{tn("privacy.events", outcome)}</span>}
    </div>
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
