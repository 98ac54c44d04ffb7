/** Why two identifiers are one person, as a chain one can read; or the rule that keeps them apart. */
import type { Decided, IdentifierName, SeenTogether, WhyRecord } from "@/api/identity";
import { useFormat, useWords } from "@/i18n";
import { Ident, identText } from "./Ident";
import css from "./Identity.module.css";
import { SeenEvent } from "./SeenEvent";

export function WhyChain({ why }: { why: WhyRecord }) {
  return why.path ? <Chain why={why} path={why.path} /> : why.why_not && <Apart not={why.why_not} />;
}

function Chain({ why, path }: { why: WhyRecord; path: NonNullable<WhyRecord["path"]> }) {
  const { word } = useWords();
  return (
    <ol className={css.chain}>
      <li>
        <Ident of={why.a} />
      </li>
      {path.map((step, index) => (
        <li key={index}>
          <span className={css.tie}>{word("identity.step", step.kind)}</span>
          <Ident of={step.other} />
          {step.seen && <Seen seen={step.seen} person={why.person_a} />}
          {step.decided && <By decided={step.decided} />}
        </li>
      ))}
    </ol>
  );
}

function Apart({ not }: { not: NonNullable<WhyRecord["why_not"]> }) {
  const words = useWords();
  const { t } = words;
  const through = not.through ? identText(words, not.through) : t("identity.gone");
  return (
    <div className={css.apart}>
      <p>{t(`identity.rule.${not.rule}`, { through: through[0]?.toLocaleUpperCase() + through.slice(1), limit: not.limit ?? "?" })}</p>
      {not.seen.length > 0 && (
        <ul className={css.lines}>
          {not.seen.map((seen) => (
            <li key={`${seen.message_id} ${seen.stronger?.value}`}>
              <SeenWith seen={seen} />
            </li>
          ))}
        </ul>
      )}
      {not.decided && <By decided={not.decided} />}
    </div>
  );
}

/** When, with what, and in which event of the person's, where they are one. */
export function SeenWith({ seen, person }: { seen: SeenTogether; person?: string }) {
  const words = useWords();
  const f = useFormat();
  const other: IdentifierName | null = seen.stronger;
  return (
    <>
      <span>{words.t("identity.seenWith", { day: f.moment(seen.at), other: other ? identText(words, other) : words.t("identity.gone") })}</span>
      {person && <SeenEvent seen={seen} person={person} />}
      <Source seen={seen} />
    </>
  );
}

function Seen({ seen, person }: { seen: SeenTogether; person: string }) {
  const f = useFormat();
  return (
    <span className={css.proof}>
      {f.moment(seen.at)}
      <SeenEvent seen={seen} person={person} />
      <Source seen={seen} />
    </span>
  );
}

function Source({ seen }: { seen: SeenTogether }) {
  const { t } = useWords();
  return (
    <span className={css.proof}>
      {t("identity.from", { source: seen.source, trust: t(`identity.${seen.trust}`) })} · <span data-words="given">{t("identity.message", { id: seen.message_id })}</span>
    </span>
  );
}

function By({ decided }: { decided: Decided }) {
  const { t } = useWords();
  const f = useFormat();
  return (
    <span className={css.proof}>
      <span data-words="given">{t("identity.decidedBy", { by: decided.by ?? "?", day: f.moment(decided.at) })}</span>
      {decided.why && <q data-words="given">{decided.why}</q>}
    </span>
  );
}
