/** KPI rows as CSV: every row and every figure, small n too, in the plain numbers of the API. Pure. */
import type { KpiRecord } from "@/api/insight";

const FIXED = ["kpi", "definition", "value", "ci_low", "ci_high", "n", "complete", "from", "to"] as const;

/** A cell that a spreadsheet could take for a formula gets an apostrophe first. */
function cell(value: string | number | boolean | null): string {
  if (value === null) return "";
  if (typeof value !== "string") return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function toCsv(rows: readonly KpiRecord[]): string {
  const dimensions = [...new Set(rows.flatMap((row) => Object.keys(row.by)))];
  const lines = rows.map((row) => [
    ...dimensions.map((dimension) => row.by[dimension] ?? null),
    row.kpi,
    row.definition,
    row.value,
    row.ci_low,
    row.ci_high,
    row.n,
    row.complete,
    row.window.from,
    row.window.to,
  ]);
  return [[...dimensions, ...FIXED], ...lines].map((line) => line.map(cell).join(",")).join("\r\n") + "\r\n";
}
