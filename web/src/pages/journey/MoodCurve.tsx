import type { StageColumnRecord } from "@/api/insight";
import { useFormat, useWords } from "@/i18n";
import { tooFew } from "@/parts/kpi";
import { moodName } from "@/parts/mood";
import { Face, MoodMark } from "@/parts/Mood";
import { COLUMN, HEIGHT, moodCurve, moodY } from "./curve";
import css from "./Journey.module.css";

/** How people feel along the stages: the line is the mean of their scores, the band its 95 % interval. */
export function MoodCurve({ stages }: { stages: readonly StageColumnRecord[] }) {
  const { t, text } = useWords();
  const f = useFormat();
  const curve = moodCurve(stages);
  const width = stages.length * COLUMN;
  const said = curve.points.map((p) => `${text(stages[p.column]?.name)}: ${t(`mood.${moodName(p.mood)}`)}, ${f.signed(p.mood)}`).join("; ");
  return (
    <div className={css.moods} role="img" aria-label={t("journey.moodCurve", { points: said || t("journey.moodUnknown") })}>
      <svg viewBox={`0 0 ${width} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden>
        <line x1="0" x2={width} y1={moodY(0)} y2={moodY(0)} className={css.zero} vectorEffect="non-scaling-stroke" />
        <path d={curve.band} className={css.moodBand} />
        <path d={curve.line} className={css.moodLine} vectorEffect="non-scaling-stroke" />
      </svg>
      {stages.map((stage, i) => {
        const point = curve.points.find((p) => p.column === i);
        const left = `${((i + 0.5) / stages.length) * 100}%`;
        return point ? (
          <span key={stage.stage} className={css.moodPoint} style={{ left, top: `${moodY(point.mood)}%` }}>
            <Face mood={point.mood} size={26} />
            <span className={css.moodValue}>
              {f.signed(point.mood)} <span>n = {f.whole(stage.experience.mood.n)}</span>
            </span>
          </span>
        ) : (
          <span key={stage.stage} className={css.moodNone} style={{ left }}>
            {stage.experience.mood.n ? t("journey.moodFew", { n: stage.experience.mood.n }) : t("journey.moodUnknown")}
          </span>
        );
      })}
    </div>
  );
}

export function MoodHere({ mood }: { mood: StageColumnRecord["experience"]["mood"] }) {
  const { t } = useWords();
  const f = useFormat();
  if (mood.value === null) return <p className={css.none}>{t("journey.moodUnknown")}</p>;
  if (tooFew(mood.n)) return <p className={css.none}>{t("journey.moodFew", { n: mood.n })}</p>;
  return (
    <p className={css.moodHere}>
      <MoodMark mood={mood.value} /> <span className="quiet">n = {f.whole(mood.n)}</span>
    </p>
  );
}
