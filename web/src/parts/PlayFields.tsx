/** The nine fields of a play: act, say, ask, inform. What is said stands out, because it is read aloud. */
import type { components } from "@/api/schema";
import { useWords } from "@/i18n";
import css from "./PlayFields.module.css";

export type PlayRecord = components["schemas"]["PlayRecord"];

const AROUND = ["how", "timing"] as const;
const ASKING = ["ask_how", "ask_when"] as const;
const KNOWING = ["give", "get"] as const;

export function PlayFields({ play }: { play: PlayRecord }) {
  const { t, text } = useWords();
  const small = (field: (typeof AROUND | typeof ASKING | typeof KNOWING)[number]) =>
    text(play[field]) && (
      <div key={field} className={css.small}>
        <dt>{t(`play.${field}`)}</dt>
        <dd>{text(play[field])}</dd>
      </div>
    );
  return (
    <dl className={css.fields}>
      {text(play.do) && (
        <div className={css.big}>
          <dt>{t("play.do")}</dt>
          <dd>{text(play.do)}</dd>
        </div>
      )}
      {text(play.say) && (
        <div className={css.say}>
          <dt>{t("play.say")}</dt>
          <dd>{text(play.say)}</dd>
        </div>
      )}
      <div className={css.pair}>{AROUND.map(small)}</div>
      {text(play.ask) && (
        <div className={css.say}>
          <dt>{t("play.ask")}</dt>
          <dd>{text(play.ask)}</dd>
        </div>
      )}
      <div className={css.pair}>{ASKING.map(small)}</div>
      <div className={css.pair}>{KNOWING.map(small)}</div>
      {play.choices.length > 0 && (
        <div className={css.small}>
          <dt>{t("play.choices")}</dt>
          <dd>
            <ul className={css.choices}>
              {play.choices.map((choice) => (
                <li key={choice.id}>{text(choice.label)}</li>
              ))}
            </ul>
          </dd>
        </div>
      )}
    </dl>
  );
}
