import { lazy, Suspense, useMemo, type ReactNode } from "react";
import type { KpiAnswer, KpiRecord } from "@/api/insight";
import { escapeHtml, type SeriesPoint, type SeriesText } from "@/charts/series";
import { useFormat, useWords } from "@/i18n";
import { Loading } from "@/parts/Await";
import { DataTable } from "@/parts/DataTable";
import { Empty } from "@/parts/Empty";
import { FEW, kpiText, tooFew } from "@/parts/kpi";
import { kpiColumns } from "@/parts/kpiColumns";
import { Twin } from "@/parts/Twin";

const SeriesChart = lazy(() => import("@/charts/SeriesChart"));
const HEIGHT = 280;

interface WeekSeriesProps {
  definition: KpiAnswer["definition"];
  rows: readonly KpiRecord[];
  actions: ReactNode;
}

export function WeekSeries({ definition, rows, actions }: WeekSeriesProps) {
  const words = useWords();
  const { t, text } = words;
  const f = useFormat();
  const { unit } = definition;
  const points = useMemo<SeriesPoint[]>(
    () =>
      rows.map((row) => {
        const few = tooFew(row.n);
        return {
          label: f.shortDate(row.window.from),
          value: few ? null : row.value,
          low: few ? null : row.ci_low,
          high: few ? null : row.ci_high,
          complete: row.complete,
          n: row.n,
        };
      }),
    [rows, f],
  );
  const shown = useMemo<SeriesText>(
    () => ({
      value: (value) => (unit === "share" ? f.percent(value, 0) : kpiText(value, unit, f)),
      description: t("kpi.chart", { kpi: text(definition.name) }),
      tip: (point) => {
        const lines = [`<strong>${escapeHtml(t("kpi.weekOf", { day: point.label }))}</strong>`];
        if (point.value === null) lines.push(escapeHtml(t("kpi.noData")));
        else {
          lines.push(escapeHtml(kpiText(point.value, unit, f)));
          if (point.low !== null && point.high !== null) {
            lines.push(escapeHtml(t("kpi.between", { low: kpiText(point.low, unit, f), high: kpiText(point.high, unit, f) })));
          }
        }
        lines.push(`n = ${f.whole(point.n)}`);
        if (!point.complete) lines.push(escapeHtml(t("kpi.incomplete")));
        return lines.join("<br>");
      },
    }),
    [definition.name, f, t, text, unit],
  );
  return (
    <Twin
      title={t("kpi.series")}
      hint={t("kpi.seriesHint")}
      actions={actions}
      chart={
        points.every((point) => point.value === null) ? (
          <Empty title={t("kpi.thinWeeks.title")} text={t("kpi.thinWeeks.text", { n: FEW })} />
        ) : (
          <Suspense fallback={<Loading height={HEIGHT} />}>
            <SeriesChart points={points} text={shown} height={HEIGHT} />
          </Suspense>
        )
      }
      table={
        <DataTable
          caption={t("kpi.series")}
          rows={rows}
          rowKey={(row) => row.by.week ?? row.window.from}
          columns={[{ key: "week", head: t("kpi.week"), names: true, cell: (row) => t("kpi.weekOf", { day: f.date(row.window.from) }) }, ...kpiColumns(unit, words, f)]}
        />
      }
    />
  );
}
