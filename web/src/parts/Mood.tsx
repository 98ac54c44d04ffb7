/** How somebody feels: a face, a word and a number, so that colour never speaks alone. */
import { useFormat, useWords } from "@/i18n";
import css from "./Mood.module.css";
import { moodName, moodTone, mouth } from "./mood";

type MoodValue = number | null | undefined;

export function Face({ mood, size = 20 }: { mood: MoodValue; size?: number }) {
  return (
    <svg className={css.face} data-tone={moodTone(mood)} width={size} height={size} viewBox="0 0 24 24" aria-hidden>
      <circle cx="12" cy="12" r="10.5" className={css.head} />
      <circle cx="8.6" cy="10" r="1.35" className={css.eye} />
      <circle cx="15.4" cy="10" r="1.35" className={css.eye} />
      <path d={mouth(mood)} className={css.mouth} />
    </svg>
  );
}

interface MoodMarkProps {
  mood: MoodValue;
  size?: number;
  /** Only the face and number are seen; the word is still said. */
  short?: boolean;
}

export function MoodMark({ mood, size = 20, short }: MoodMarkProps) {
  const { t } = useWords();
  const f = useFormat();
  const word = t(`mood.${moodName(mood)}`);
  const known = mood !== null && mood !== undefined;
  return (
    <span className={css.mark} data-tone={moodTone(mood)}>
      <Face mood={mood} size={size} />
      <span className={short ? "hidden-text" : css.word}>{word}</span>
      {known && <span className={css.value}>{f.signed(mood)}</span>}
    </span>
  );
}
