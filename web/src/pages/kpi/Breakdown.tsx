import { Button, Select } from "@mantine/core";
import { Download } from "lucide-react";
import { useKpi, useKpiList, type KpiRecord } from "@/api/insight";
import { useConfig } from "@/api/config";
import { useFormat, useWords } from "@/i18n";
import { Await } from "@/parts/Await";
import { DataTable } from "@/parts/DataTable";
import { kpiText, tooFew, type Unit } from "@/parts/kpi";
import { kpiColumns } from "@/parts/kpiColumns";
import type { Window } from "@/parts/period";
import { Twin } from "@/parts/Twin";
import { toCsv } from "./csv";
import { axisOf, ordered, spanOf, type Axis } from "./forest";
import css from "./Kpi.module.css";
import { download } from "./KpiPage";

interface BreakdownProps {
  kpi: string;
  by: string;
  window: Window;
  whole: KpiRecord;
  onBy: (by: string) => void;
}

/** One KPI by a dimension: each value with its interval on a common axis. */
export function Breakdown({ kpi, by, window, whole, onBy }: BreakdownProps) {
  const words = useWords();
  const { t, word } = words;
  const f = useFormat();
  const answer = useKpi(kpi, by, window);
  const dimensions = (useKpiList().data?.dimensions ?? []).filter((dimension) => dimension !== "week");
  const nameOf = useNames(by);
  return (
    <Await query={answer} height={260}>
      {(found) => {
        const rows = ordered(found.rows.filter((row) => by in row.by), by);
        const { unit } = found.definition;
        return (
          <Twin
            title={t("kpi.breakdown")}
            hint={t("kpi.breakdownHint")}
            actions={
              <>
                <Select
                  size="xs"
                  w={180}
                  aria-label={t("kpi.by")}
                  allowDeselect={false}
                  value={by}
                  onChange={(next) => next && onBy(next)}
                  data={dimensions.map((dimension) => ({ value: dimension, label: word("kpi.by", dimension) }))}
                />
                <Button size="xs" variant="default" leftSection={<Download size={15} aria-hidden />} onClick={() => download(`${kpi}-${by}.csv`, toCsv(found.rows))}>
                  {t("kpi.export")}
                </Button>
              </>
            }
            chart={<Forest rows={rows} whole={whole} unit={unit} nameOf={nameOf} />}
            table={
              <DataTable
                caption={t("kpi.breakdown")}
                rows={rows}
                rowKey={(row) => row.by[by] ?? ""}
                columns={[{ key: "by", head: word("kpi.by", by), names: true, cell: nameOf }, ...kpiColumns(unit, words, f)]}
              />
            }
          />
        );
      }}
    </Await>
  );
}

/** Ids of the configuration in the company's words. */
function useNames(by: string): (row: KpiRecord) => string {
  const { t, text, word } = useWords();
  const config = useConfig().data;
  return (row) => {
    const id = row.by[by];
    if (id === null || id === undefined) return t("kpi.unknown");
    if (by === "touchpoint") return text(config?.touchpoints.find((each) => each.id === id)?.name) || id;
    if (by === "stage") return text(config?.journeys.flatMap((journey) => journey.stages).find((each) => each.id === id)?.name) || id;
    return word(by, id);
  };
}

interface ForestProps {
  rows: readonly KpiRecord[];
  whole: KpiRecord;
  unit: Unit;
  nameOf: (row: KpiRecord) => string;
}

function Forest({ rows, whole, unit, nameOf }: ForestProps) {
  const f = useFormat();
  const { tn } = useWords();
  const told = rows.filter((row) => !tooFew(row.n));
  const axis = axisOf([...told, whole]);
  const mean = spanOf(whole, axis)?.at;
  return (
    <ul className={css.forest}>
      {rows.map((row) => (
        <li key={nameOf(row)} className={css.row}>
          <span className={css.rowName}>{nameOf(row)}</span>
          {tooFew(row.n) || row.value === null ? (
            <span className={css.fewHere}>{tn("kpi.few", row.n)}</span>
          ) : (
            <>
              <Interval row={row} axis={axis} mean={mean} />
              <span className={css.rowValue}>{kpiText(row.value, unit, f)}</span>
              <span className={css.rowN}>n = {f.whole(row.n)}</span>
            </>
          )}
        </li>
      ))}
    </ul>
  );
}

function Interval({ row, axis, mean }: { row: KpiRecord; axis: Axis; mean: number | undefined }) {
  const span = spanOf(row, axis);
  if (!span) return null;
  const percent = (share: number) => `${(share * 100).toFixed(2)}%`;
  return (
    <span className={css.track} aria-hidden>
      {mean !== undefined && <span className={css.mean} style={{ left: percent(mean) }} />}
      <span className={css.span} style={{ left: percent(span.low), width: percent(span.high - span.low) }} />
      <span className={css.at} style={{ left: percent(span.at) }} />
    </span>
  );
}
