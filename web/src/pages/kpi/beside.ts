/** The figures beside a value, and the time before a window. Pure. */
import type { Format } from "@/i18n/format";
import { kpiText, type Unit } from "@/parts/kpi";
import { addDays, type Window } from "@/parts/period";

/** In the unit of the KPI, unless the figure's name says that it counts. */
export function besideText(name: string, value: number | null, unit: Unit, f: Format): string {
  if (value === null) return "–";
  if (name.endsWith("_days") || name.endsWith("_n") || name === "complaints") return f.whole(value);
  return kpiText(value, unit, f);
}

/** The equally long time that ends where a window begins. */
export function timeBefore({ from, to }: Window): Window {
  const length = Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000);
  return { from: addDays(from, -length), to: from };
}
