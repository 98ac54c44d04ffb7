/** How KPI numbers are written. Pure. */
import type { Format } from "@/i18n/format";

export type Unit = "points" | "share" | "seconds" | "count" | "score" | "money" | "amount";
export type Better = "higher" | "lower";

/** Below this a number would mislead more than tell; it is still in the table and in the export. */
export const FEW = 10;

export function tooFew(n: number): boolean {
  return n < FEW;
}

export function kpiText(value: number, unit: Unit, f: Format): string {
  if (unit === "points") return f.signed(value, 0);
  if (unit === "share") return f.percent(value, 1);
  if (unit === "seconds") return f.duration(value);
  if (unit === "amount") return f.decimal(value, Number.isInteger(value) ? 0 : 2);
  return f.decimal(value, unit === "count" ? 1 : 2);
}

/** A difference is in points, percentage points, seconds, or what the value is in. */
export function differenceText(value: number, unit: Unit, f: Format): string {
  if (unit === "share") return f.signed(value * 100, 1);
  if (unit === "amount") return f.signed(value, Number.isInteger(value) ? 0 : 2);
  if (unit === "score" || unit === "money") return f.signed(value, 2);
  return f.signed(value, unit === "seconds" ? 0 : 1);
}

export type Judgement = "better" | "worse" | "unclear";

/** Whether a difference is good news; only one whose interval excludes nought is news at all. */
export function judge(difference: { value: number; is_clear: boolean } | null, better: Better): Judgement {
  if (!difference?.is_clear || difference.value === 0) return "unclear";
  return difference.value > 0 === (better === "higher") ? "better" : "worse";
}
