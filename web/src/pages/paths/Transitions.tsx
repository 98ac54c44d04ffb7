import { Slider } from "@mantine/core";
import { lazy, Suspense, useCallback } from "react";
import type { Behind, PathChoice, TransitionsRecord } from "@/api/paths";
import type { Look } from "@/charts/look";
import { useFormat, useWords } from "@/i18n";
import { Loading } from "@/parts/Await";
import { DataTable } from "@/parts/DataTable";
import type { Window } from "@/parts/period";
import { Twin } from "@/parts/Twin";
import { graphOption, strongest } from "./flow";
import css from "./Paths.module.css";
import { Count } from "./Count";
import { useStepNames } from "./names";

const FlowChart = lazy(() => import("@/charts/FlowChart"));
const HEIGHT = 460;

interface TransitionsProps {
  found: TransitionsRecord;
  choice: PathChoice;
  window: Window;
  /** Percent of the most frequent transition that one must have to be shown. */
  least: number;
  onLeast: (least: number) => void;
  open: (title: string, behind: Behind) => void;
}

export function Transitions({ found, choice, window, least, onLeast, open }: TransitionsProps) {
  const { t } = useWords();
  const f = useFormat();
  const name = useStepNames(choice.by);
  const description = t("paths.transitions.chart", { n: found.transitions.length });
  const option = useCallback(
    (look: Look) =>
      graphOption(found, least / 100, look, {
        edge: (n, seconds) => (Number.isNaN(seconds) ? f.whole(n) : `${f.whole(n)} · ${f.duration(seconds)}`),
        name,
        description,
      }),
    [found, least, f, name, description],
  );
  const shown = strongest(found, least / 100);
  return (
    <Twin
      title={t("paths.transitions")}
      hint={t("paths.transitions.hint")}
      actions={
        <div className={css.slider}>
          <span className={css.quiet}>{t("paths.least", { n: least })}</span>
          <Slider size="sm" min={0} max={50} step={1} label={null} value={least} onChange={onLeast} thumbLabel={t("paths.least", { n: least })} />
        </div>
      }
      chart={
        <Suspense fallback={<Loading height={HEIGHT} />}>
          <FlowChart option={option} description={description} height={HEIGHT} />
        </Suspense>
      }
      table={
        <DataTable
          caption={t("paths.transitions")}
          rows={shown}
          rowKey={(row) => `${row.start}|${row.end}`}
          columns={[
            { key: "from", head: t("paths.from"), names: true, cell: (row) => name(row.start) },
            { key: "to", head: t("paths.to"), cell: (row) => name(row.end) },
            { key: "count", head: t("paths.times"), number: true, cell: (row) => f.whole(row.count) },
            {
              key: "people",
              head: t("paths.peopleHead"),
              number: true,
              cell: (row) => (
                <Count
                  n={row.people}
                  onOpen={() => open(`${name(row.start)} → ${name(row.end)}`, { of: "transition", query: { ...choice, ...window, step: row.start, next: row.end } })}
                />
              ),
            },
            { key: "median", head: t("paths.median"), number: true, cell: (row) => f.duration(row.median_s) },
          ]}
        />
      }
    />
  );
}
