/** What the person allowed, by purpose and channel; every choice with its proof; the link to their own page. */
import { Button, CopyButton } from "@mantine/core";
import { useConsents, useOwnPageLink, type LedgerRecord, type PersonConsents, type PurposeConsent } from "@/api/consents";
import { useFormat, useWords } from "@/i18n";
import { Await } from "@/parts/Await";
import { Facts } from "@/parts/Facts";
import { Panel } from "@/parts/Page";
import { Tag, type TagTone } from "@/parts/Tag";
import css from "./Consents.module.css";

const ALL = "*";
const SHORT_HASH = 12;

export function ConsentPanel({ id }: { id: string }) {
  const { t } = useWords();
  const consents = useConsents(id);
  return (
    <Panel title={t("person.consents")}>
      <Await query={consents} height={120}>
        {(found) => <Consents id={id} consents={found} />}
      </Await>
    </Panel>
  );
}

function Consents({ id, consents }: { id: string; consents: PersonConsents }) {
  const { t, tn } = useWords();
  return (
    <>
      {!consents.profiled && <p className={css.note}>{t("consents.notProfiled")}</p>}
      <ul className={css.purposes}>
        {consents.purposes.map((purpose) => (
          <Purpose key={purpose.id} purpose={purpose} />
        ))}
      </ul>
      <details className={css.proof}>
        <summary>{tn("consents.choices", consents.ledger.length)}</summary>
        <p className={css.quiet}>{t(consents.intact ? "consents.intact" : "consents.broken")}</p>
        <ul className={css.ledger}>
          {consents.ledger.map((row) => (
            <Choice key={`${row.seq}/${row.number}`} row={row} purposes={consents.purposes} />
          ))}
        </ul>
      </details>
      <OwnPage id={id} />
    </>
  );
}

function Purpose({ purpose }: { purpose: PurposeConsent }) {
  const { t, text, word } = useWords();
  const f = useFormat();
  return (
    <li>
      <p className={css.purpose}>{text(purpose.name)}</p>
      <p className={css.quiet}>{[word("basis", purpose.basis), t(purpose.needs_consent ? "consents.onlyAfterYes" : "consents.untilNo")].join(" · ")}</p>
      <ul className={css.channels}>
        {purpose.channels.map((each) => (
          <li key={each.channel}>
            <span>
              {each.channel === ALL ? t("person.anyChannel") : word("channel", each.channel)}
              <span className={css.quiet}>
                {each.since ? ` · ${t("consents.saidBy", { day: f.day(each.since), who: each.said_by ?? "?" })}` : ` · ${t("consents.nothingSaid")}`}
              </span>
            </span>
            <Tag tone={each.allowed ? "good" : toneOf(each.state)}>{t(each.allowed ? "consents.allowed" : "consents.notAllowed")}</Tag>
          </li>
        ))}
      </ul>
    </li>
  );
}

/** What nobody was asked about is no refusal. */
function toneOf(state: string | null): TagTone {
  return state === null ? "neutral" : "bad";
}

function Choice({ row, purposes }: { row: LedgerRecord; purposes: readonly PurposeConsent[] }) {
  const { t, text, word } = useWords();
  const f = useFormat();
  if (row.at === null || row.purpose === null) return <li className={css.quiet}>{t("consents.erased", { hash: row.hash.slice(0, SHORT_HASH) })}</li>;
  const purpose = purposes.find((each) => each.id === row.purpose);
  const name = purpose ? text(purpose.name) : row.purpose === ALL ? t("consents.everything") : row.purpose;
  const channel = row.channel === null || row.channel === ALL ? t("person.anyChannel") : word("channel", row.channel);
  return (
    <li>
      <details>
        <summary>
          {f.moment(row.at)}: {name}, {channel}: {word("consent", row.state ?? "")}
        </summary>
        <Facts
          facts={[
            [t("consents.voice"), row.said_by],
            [t("consents.mechanism"), row.mechanism && word("mechanism", row.mechanism)],
            [t("consents.basis"), row.basis && word("basis", row.basis)],
            [t("consents.text"), row.text_version],
            [t("consents.textHash"), row.text_hash && <code className={css.code}>{row.text_hash}</code>],
            [t("consents.language"), row.language && word("language", row.language)],
            [t("consents.expires"), row.expires_at && f.day(row.expires_at)],
            [t("consents.evidence"), row.message_id && <code className={css.code}>{`${row.source} ${row.message_id}`}</code>],
            [t("consents.hash"), <code className={css.code} key="hash">{row.hash}</code>],
          ]}
        />
      </details>
    </li>
  );
}

function OwnPage({ id }: { id: string }) {
  const { t } = useWords();
  const link = useOwnPageLink(id);
  const url = link.data && `${window.location.origin}${link.data.path}`;
  return (
    <div className={css.own}>
      {url ? (
        <>
          <code className={css.code}>{url}</code>
          <CopyButton value={url}>{({ copied, copy }) => <Button size="xs" variant="default" onClick={copy}>{t(copied ? "consents.copied" : "consents.copy")}</Button>}</CopyButton>
          <p className={css.quiet}>{t("consents.linkWarning")}</p>
        </>
      ) : (
        <Button size="xs" variant="default" loading={link.isPending} onClick={() => link.mutate()}>
          {t("consents.link")}
        </Button>
      )}
    </div>
  );
}
