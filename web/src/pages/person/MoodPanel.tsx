import type { EvidenceRecord, PersonRecord } from "@/api/people";
import { useFormat, useWords } from "@/i18n";
import { Face } from "@/parts/Mood";
import { effortName, moodName, moodTone } from "@/parts/mood";
import { When } from "@/parts/When";
import css from "./Person.module.css";

/** How they feel and how hard it was, each with the events that say so. */
export function MoodPanel({ mood }: { mood: PersonRecord["mood"] }) {
  const { t } = useWords();
  const f = useFormat();
  const effort = t(`effort.${effortName(mood.effort)}`);
  return (
    <>
      <p className={css.mood} data-tone={moodTone(mood.mood)}>
        <Face mood={mood.mood} size={40} />
        <span>
          <span className={css.moodWord}>{t(`mood.${moodName(mood.mood)}`)}</span>
          {mood.mood !== null && <span className={css.moodValue}>{f.signed(mood.mood)}</span>}
        </span>
      </p>
      {mood.evidence.length === 0 ? <p className="quiet">{t("person.noMood")}</p> : <Evidence title={t("person.evidence")} evidence={mood.evidence} />}
      <p className={css.effort}>
        <span className={css.quiet}>{t("person.effort")}</span>
        <strong>{t("person.effortPoints", { word: effort, points: f.decimal(mood.effort, 1) })}</strong>
      </p>
      {mood.hard.length > 0 && <Evidence title={null} evidence={mood.hard} />}
    </>
  );
}

function Evidence({ title, evidence }: { title: string | null; evidence: readonly EvidenceRecord[] }) {
  const { text } = useWords();
  const f = useFormat();
  return (
    <div>
      {title && <p className={css.quiet}>{title}</p>}
      <ul className={css.evidence}>
        {evidence.map((each) => (
          <li key={`${each.message_id} ${each.rule}`}>
            <Face mood={each.mood} size={17} />
            <span className={css.why}>{text(each.why)}</span>
            {each.mood !== null && <span className={css.number}>{f.signed(each.mood)}</span>}
            <span className={css.when}>
              <When at={each.at} />
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}
