/** The columns every table of KPI rows has: value, interval, n, complete. */
import type { KpiRecord } from "@/api/insight";
import type { WordsOf } from "@/i18n";
import type { Format } from "@/i18n/format";
import type { Column } from "./DataTable";
import { kpiText, tooFew, type Unit } from "./kpi";

export function kpiColumns(unit: Unit, { t }: WordsOf, f: Format): Column<KpiRecord>[] {
  const few = (row: KpiRecord) => row.value === null || tooFew(row.n);
  return [
    { key: "value", head: t("kpi.value"), number: true, cell: (row) => (few(row) ? t("none") : kpiText(row.value as number, unit, f)) },
    {
      key: "interval",
      head: t("kpi.interval"),
      number: true,
      cell: (row) =>
        few(row) || row.ci_low === null || row.ci_high === null ? t("none") : `${kpiText(row.ci_low, unit, f)} … ${kpiText(row.ci_high, unit, f)}`,
    },
    { key: "n", head: t("kpi.n"), number: true, cell: (row) => f.whole(row.n) },
    { key: "complete", head: t("kpi.complete"), cell: (row) => t(row.complete ? "answer.yes" : "answer.no") },
  ];
}
