/** The mood curve over the stages: one smooth line through the column centres, its band behind. Pure. */
import type { StageColumnRecord } from "@/api/insight";
import { tooFew } from "@/parts/kpi";

export interface CurvePoint {
  /** Column, from 0. */
  column: number;
  mood: number;
  low: number;
  high: number;
}

export interface Curve {
  line: string;
  band: string;
  points: CurvePoint[];
}

/** Each column is this wide in the drawing's own units. */
export const COLUMN = 100;
export const HEIGHT = 100;
const PAD = 12;

export function curvePoints(stages: readonly StageColumnRecord[]): CurvePoint[] {
  return stages.flatMap((stage, column) => {
    const { value, ci_low, ci_high, n } = stage.experience.mood;
    return value === null || tooFew(n) ? [] : [{ column, mood: value, low: ci_low ?? value, high: ci_high ?? value }];
  });
}

export const moodY = (mood: number) => round(HEIGHT / 2 - mood * (HEIGHT / 2 - PAD));
export const columnX = (column: number) => (column + 0.5) * COLUMN;

export function moodCurve(stages: readonly StageColumnRecord[]): Curve {
  const points = curvePoints(stages);
  const place = (pick: (p: CurvePoint) => number) => points.map((p) => [columnX(p.column), moodY(pick(p))] as const);
  const top = place((p) => p.high);
  const bottom = place((p) => p.low).reverse();
  const band = points.length > 1 ? `${smooth(top)}L${bottom[0]?.join(" ")}${smooth(bottom).replace(/^M[^C]*/, "")}Z` : "";
  return { points, line: smooth(place((p) => p.mood)), band };
}

/** Through every point, level at each: it never swings beyond what was measured. */
export function smooth(points: readonly (readonly [number, number])[]): string {
  return points
    .map(([x, y], i) => {
      const before = points[i - 1];
      if (!before) return `M${x} ${y}`;
      const middle = round((before[0] + x) / 2);
      return `C${middle} ${before[1]} ${middle} ${y} ${x} ${y}`;
    })
    .join("");
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

/** Runs of neighbouring stages of one phase, for the headings over them. */
export function phaseRuns<T extends { phase: string }>(stages: readonly T[]): { phase: string; span: number; start: number }[] {
  const runs: { phase: string; span: number; start: number }[] = [];
  stages.forEach((stage, start) => {
    const last = runs.at(-1);
    if (last?.phase === stage.phase) last.span += 1;
    else runs.push({ phase: stage.phase, span: 1, start });
  });
  return runs;
}
