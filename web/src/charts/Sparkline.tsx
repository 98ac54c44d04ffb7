import { useMemo } from "react";
import { spark, type SparkPoint } from "./spark";
import css from "./Sparkline.module.css";

const WIDTH = 260;
const HEIGHT = 56;

/** The last weeks at a glance. `label` says in words what the line shows. */
export function Sparkline({ points, label }: { points: readonly SparkPoint[]; label: string }) {
  const drawn = useMemo(() => spark(points, WIDTH, HEIGHT), [points]);
  return (
    <svg className={css.spark} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={label}>
      <path d={drawn.band} className={css.band} />
      <path d={drawn.line} className={css.line} vectorEffect="non-scaling-stroke" />
      {drawn.dots.map((dot) => (
        <path key={dot.x} d={`M${dot.x} ${dot.y}h0.01`} className={css.dot} vectorEffect="non-scaling-stroke" />
      ))}
      {drawn.last && <path d={`M${drawn.last.x} ${drawn.last.y}h0.01`} className={css.last} vectorEffect="non-scaling-stroke" />}
    </svg>
  );
}
