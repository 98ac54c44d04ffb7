import { Button, Select } from "@mantine/core";
import { Download } from "lucide-react";
import { useKpi, useKpiList, type KpiAnswer, type KpiGroup, type KpiRecord } from "@/api/insight";
import { useMay } from "@/api/session";
import { useConfig } from "@/api/config";
import { useFormat, useWords } from "@/i18n";
import { Await } from "@/parts/Await";
import { Change } from "@/parts/Change";
import { DataTable, type Column } from "@/parts/DataTable";
import { kpiText, tooFew } from "@/parts/kpi";
import { kpiColumns } from "@/parts/kpiColumns";
import type { Window } from "@/parts/period";
import { Twin } from "@/parts/Twin";
import { toCsv } from "./csv";
import { axisOf, ordered, spanOf, type Axis } from "./forest";
import css from "./Kpi.module.css";
import { download } from "./download";

type Difference = NonNullable<NonNullable<KpiAnswer["compared"][number]>["difference"]>;
type Changes = ReadonlyMap<KpiRecord, Difference | null>;

/** Each of them has days of its own, so nothing of another time stands beside it. */
const TIMES = ["week", "month", "day"];

/** Row -> its difference to the time before; empty when that was not asked for. */
function changesOf(found: KpiAnswer): Changes {
  return new Map(found.compared.map((each, at) => [found.rows[at] as KpiRecord, each?.difference ?? null]));
}

interface BreakdownProps {
  kpi: string;
  by: string;
  window: Window;
  than: Window | undefined;
  variant: string | undefined;
  whole: KpiRecord;
  onBy: (by: string) => void;
  onPeople: (group: KpiGroup) => void;
}

/** One KPI by a dimension: each value with its interval on a common axis. */
export function Breakdown({ kpi, by, window, than, variant, whole, onBy, onPeople }: BreakdownProps) {
  const words = useWords();
  const { t, tn, word } = words;
  const f = useFormat();
  const isTime = TIMES.includes(by);
  const answer = useKpi(kpi, by, window, { variant, than: isTime ? undefined : than });
  const mayPeople = useMay("people");
  const dimensions = (useKpiList().data?.dimensions ?? []).filter((dimension) => dimension !== "week");
  const nameOf = useNames(by);
  return (
    <Await query={answer} height={260}>
      {(found) => {
        const rows = ordered(found.rows.filter((row) => by in row.by), by);
        const { unit } = found.definition;
        const changes = changesOf(found);
        const people: Column<KpiRecord> = {
          key: "people",
          head: t("kpi.behindTitle"),
          cell: (row) =>
            mayPeople && row.people ? (
              <Button variant="subtle" size="compact-xs" onClick={() => onPeople({ by, value: row.by[by] ?? null })}>
                {tn("kpi.behind", row.people)}
              </Button>
            ) : (
              f.whole(row.people ?? 0)
            ),
        };
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
            chart={<Forest rows={rows} whole={whole} definition={found.definition} nameOf={nameOf} changes={changes} />}
            table={
              <DataTable
                caption={t("kpi.breakdown")}
                rows={rows}
                rowKey={(row) => row.by[by] ?? ""}
                columns={[{ key: "by", head: word("kpi.by", by), names: true, cell: nameOf }, ...kpiColumns(unit, words, f), people]}
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
  definition: KpiAnswer["definition"];
  nameOf: (row: KpiRecord) => string;
  changes: Changes;
}

function Forest({ rows, whole, definition, nameOf, changes }: ForestProps) {
  const { unit, better } = definition;
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
              {changes.size > 0 && (
                <div className={css.apart}>
                  <Change difference={changes.get(row) ?? null} unit={unit} better={better} />
                </div>
              )}
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
