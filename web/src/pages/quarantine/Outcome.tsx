import type { MendPreview, Tried } from "@/api/quarantine";
import { useFormat, useWords } from "@/i18n";
import { Tag } from "@/parts/Tag";
import { pretty } from "./rules";
import css from "./Quarantine.module.css";

/** What would become of the first items. */
export function Outcome({ preview }: { preview: MendPreview }) {
  const { t } = useWords();
  const f = useFormat();
  return (
    <section className={css.outcome} aria-label={t("quarantine.outcome")}>
      <p role="status" className={css.outcomeTitle}>
        {t("quarantine.wouldPass", { pass: f.whole(preview.pass_now), tried: f.whole(preview.tried.length), all: f.whole(preview.matched) })}
      </p>
      <ul className={css.items} aria-label={t("quarantine.outcome")}>
        {preview.tried.map((one) => (
          <Line key={one.id} one={one} />
        ))}
      </ul>
    </section>
  );
}

function Line({ one }: { one: Tried }) {
  const { t, word } = useWords();
  const passes = one.verdict === "accepted";
  return (
    <li>
      <details className={css.item}>
        <summary>
          <Tag tone={passes ? "good" : "bad"}>{word("verdict", one.verdict)}</Tag>
          <span className={css.message}>{one.reason ? word("reason", one.reason) : one.event ? word("event", one.event) : t("quarantine.passes")}</span>
        </summary>
        {one.detail && (
          <p className={css.detail} lang="en" data-words="given">
            {one.detail}
          </p>
        )}
        <pre className={css.body} tabIndex={0} aria-label={t("quarantine.after")}>
          {pretty(one.after ?? one.before)}
        </pre>
      </details>
    </li>
  );
}
