/** How a target and its standing are said. Pure. */
import type { StandingRecord } from "@/api/kpis";
import type { WordsOf } from "@/i18n";
import type { Format } from "@/i18n/format";
import { kpiText } from "./kpi";

type Words = Pick<WordsOf, "t" | "tn">;

/** "Target: at least 85.0%". */
export function aimText({ better, value, unit, row }: StandingRecord, { t }: Words, f: Format): string {
  const said = [kpiText(value, unit, f), row.currency].filter(Boolean).join(" ");
  return t(`target.aim.${better}`, { value: said });
}

/** What the number says of it; while the day has not come a miss is only "not yet". */
export function verdictText({ verdict, is_final }: StandingRecord, { t }: Words): string {
  if (verdict === "missed") return t(is_final ? "target.missed" : "target.notYet");
  if (verdict === "open") return t(is_final ? "target.openForGood" : "target.open");
  return t(`target.${verdict}`);
}

/** How far the day is. */
export function daysText({ days_left }: StandingRecord, { t, tn }: Words): string {
  if (days_left === 0) return t("target.today");
  return days_left > 0 ? tn("target.left", days_left) : tn("target.over", -days_left);
}

/** Whether it is good news, bad news, or none. */
export function targetTone({ verdict, is_final }: StandingRecord): "good" | "bad" | "neutral" {
  if (verdict === "met") return "good";
  return verdict === "missed" && is_final ? "bad" : "neutral";
}
