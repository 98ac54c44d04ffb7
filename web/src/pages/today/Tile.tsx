import { ActionIcon } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { ChartSpline, Table2 } from "lucide-react";
import { useMemo, useState } from "react";
import type { TileRecord } from "@/api/insight";
import { Sparkline } from "@/charts/Sparkline";
import { useFormat, useWords } from "@/i18n";
import { Change } from "@/parts/Change";
import { DataTable } from "@/parts/DataTable";
import { kpiText, tooFew } from "@/parts/kpi";
import { kpiColumns } from "@/parts/kpiColumns";
import { KpiNumber } from "@/parts/KpiNumber";
import { TargetLine } from "@/parts/TargetLine";
import css from "./Today.module.css";

/** The variant that a definition is a version of. */
const baseOf = (definition: string) => definition.split("@")[0];

/** One KPI at a glance: where it stands, what changed, its last thirteen weeks; the table is one press away. */
export function Tile({ tile, level = 2 }: { tile: TileRecord; level?: 2 | 3 }) {
  const Heading = level === 2 ? "h2" : "h3";
  const words = useWords();
  const { t, text, word } = words;
  const [table, setTable] = useState(false);
  const name = text(tile.name);
  const long = word("kpi", `${tile.kpi}.long`);
  return (
    <section className={css.tile} aria-label={name}>
      <div className={css.tileHead}>
        <div>
          <Heading className={css.tileName}>
            <Link to="/kpis/$kpi" params={{ kpi: tile.kpi }} className={css.tileLink}>
              {name}
            </Link>
          </Heading>
          {!long.endsWith(".long") && <p className={css.tileLong}>{long}</p>}
        </div>
        <ActionIcon variant="subtle" color="gray" aria-pressed={table} aria-label={t(table ? "today.showChart" : "today.showTable", { kpi: name })} onClick={() => setTable(!table)}>
          {table ? <ChartSpline size={17} aria-hidden /> : <Table2 size={17} aria-hidden />}
        </ActionIcon>
      </div>
      <KpiNumber row={tile.now} unit={tile.unit} />
      <Change difference={tooFew(tile.now.n) || tooFew(tile.before.n) ? null : tile.difference} unit={tile.unit} better={tile.better} />
      {tile.targets.map((one) => (
        <TargetLine key={`${one.variant}/${one.segment ?? ""}`} standing={one} variant={baseOf(tile.definition)} />
      ))}
      <div className={css.weeks}>{table ? <WeekTable tile={tile} /> : <WeekLine tile={tile} name={name} />}</div>
    </section>
  );
}

function WeekLine({ tile, name }: { tile: TileRecord; name: string }) {
  const { t } = useWords();
  const f = useFormat();
  const points = useMemo(
    () => tile.weeks.map((week) => (tooFew(week.n) ? { value: null, low: null, high: null } : { value: week.value, low: week.ci_low, high: week.ci_high })),
    [tile.weeks],
  );
  const known = points.map((point) => point.value).filter((value): value is number => value !== null);
  const [first, last] = [known[0], known.at(-1)];
  const label = t("today.weeksOf", { kpi: name, first: kpiText(first ?? 0, tile.unit, f), last: kpiText(last ?? 0, tile.unit, f) });
  const [from, to] = [tile.weeks[0]?.window.from, tile.weeks.at(-1)?.window.from];
  if (known.length === 0) return null;
  return (
    <>
      <Sparkline points={points} label={label} />
      <p className={css.weekEnds} aria-hidden>
        <span>{from && f.shortDate(from)}</span>
        <span>{t("today.weeks")}</span>
        <span>{to && f.shortDate(to)}</span>
      </p>
    </>
  );
}

function WeekTable({ tile }: { tile: TileRecord }) {
  const words = useWords();
  const f = useFormat();
  const columns = kpiColumns(tile.unit, words, f).filter((column) => column.key !== "complete");
  return (
    <DataTable
      caption={`${words.text(tile.name)}, ${words.t("today.weeks")}`}
      rows={tile.weeks}
      rowKey={(week) => week.window.from}
      columns={[{ key: "week", head: words.t("kpi.week"), names: true, cell: (week) => f.shortDate(week.window.from) }, ...columns]}
    />
  );
}
