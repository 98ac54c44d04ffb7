import { SegmentedControl, Select, Switch } from "@mantine/core";
import { lazy, Suspense, useMemo } from "react";
import { useAround, type AroundChoice, type AroundRecord, type Behind, type PathChoice, type TransitionsRecord } from "@/api/paths";
import type { Look } from "@/charts/look";
import { useFormat, useWords } from "@/i18n";
import { Await, Loading } from "@/parts/Await";
import { DataTable } from "@/parts/DataTable";
import type { Window } from "@/parts/period";
import { Twin } from "@/parts/Twin";
import type { PathsSearch } from "@/search";
import { nodeOf, sankeyOption } from "./flow";
import { useStepNames } from "./names";
import css from "./Paths.module.css";
import { Count } from "./Count";

const FlowChart = lazy(() => import("@/charts/FlowChart"));
const HEIGHT = 420;
type Cell = AroundRecord["cells"][number];

interface BesideProps {
  steps: TransitionsRecord["steps"];
  choice: PathChoice;
  window: Window;
  asked: AroundChoice;
  onChange: (next: Partial<PathsSearch>) => void;
  open: (title: string, behind: Behind) => void;
}

/** What comes before or after a step. */
export function Beside({ steps, choice, window, asked, onChange, open }: BesideProps) {
  const { t, tn } = useWords();
  const f = useFormat();
  const name = useStepNames(choice.by);
  const around = useAround(choice, window, asked);
  const cellName = useMemo(() => {
    const edge = asked.direction === "after" ? t("paths.exit") : t("paths.start");
    return (cell: Pick<Cell, "kind" | "step">) => (cell.kind === "edge" ? edge : cell.kind === "other" ? t("paths.other") : name(cell.step ?? ""));
  }, [asked.direction, name, t]);
  const show = (cell: Cell) =>
    open(`${name(asked.pivot)} · ${cellName(cell)}`, {
      of: "around",
      query: { ...choice, ...window, ...asked, top: 6, column: cell.column, kind: cell.kind, step: cell.step ?? undefined },
    });
  return (
    <Await query={around} height={HEIGHT}>
      {(found) => (
        <Twin
          title={t(`paths.beside.${asked.direction}`, { step: name(asked.pivot) })}
          hint={`${tn("paths.pivots", found.total)} ${t("paths.beside.hint")}`}
          actions={
            <div className={css.controls}>
              <Select
                size="xs"
                w={200}
                searchable
                aria-label={t("paths.pivot")}
                allowDeselect={false}
                value={asked.pivot}
                onChange={(pivot) => pivot && onChange({ pivot })}
                data={steps.map((step) => ({ value: step.step, label: name(step.step) }))}
              />
              <SegmentedControl
                size="xs"
                aria-label={t("paths.direction")}
                value={asked.direction}
                onChange={(direction) => onChange({ direction: direction === "before" ? "before" : undefined })}
                data={[
                  { value: "before", label: t("paths.before") },
                  { value: "after", label: t("paths.after") },
                ]}
              />
              <Select size="xs" w={110} aria-label={t("paths.columns")} allowDeselect={false} value={String(asked.columns)} onChange={(n) => onChange({ steps: Number(n) })} data={[1, 2, 3, 4, 5, 6].map((n) => ({ value: String(n), label: tn("paths.stepsAway", n) }))} />
              <Switch size="xs" label={t("paths.every")} checked={asked.every} onChange={(e) => onChange({ every: e.currentTarget.checked ? "1" : undefined })} />
            </div>
          }
          chart={<Flow found={found} cellName={cellName} count={(n) => f.whole(n)} onCell={show} />}
          table={
            <DataTable
              caption={t(`paths.beside.${asked.direction}`, { step: name(asked.pivot) })}
              rows={found.cells.filter((cell) => cell.column > 0)}
              rowKey={nodeOf}
              columns={[
                { key: "column", head: t("paths.stepHead"), cell: (cell) => f.whole(cell.column) },
                { key: "step", head: t("paths.what"), names: true, cell: cellName },
                { key: "count", head: t("paths.times"), number: true, cell: (cell) => f.whole(cell.count) },
                { key: "share", head: t("paths.share"), number: true, cell: (cell) => f.percent(cell.share) },
                { key: "people", head: t("paths.peopleHead"), number: true, cell: (cell) => <Count n={cell.people} onOpen={() => show(cell)} /> },
              ]}
            />
          }
        />
      )}
    </Await>
  );
}

interface FlowProps {
  found: AroundRecord;
  cellName: (cell: Pick<Cell, "kind" | "step">) => string;
  count: (n: number) => string;
  onCell: (cell: Cell) => void;
}

function Flow({ found, cellName, count, onCell }: FlowProps) {
  const { t } = useWords();
  const f = useFormat();
  const description = t("paths.beside.chart", { step: found.pivot });
  const option = useMemo(
    () => (look: Look) => sankeyOption(found, look, { name: cellName, count: (n) => f.whole(n), description }),
    [found, cellName, f, description],
  );
  if (found.total === 0) return <p className={css.quiet}>{count(0)}</p>;
  return (
    <Suspense fallback={<Loading height={HEIGHT} />}>
      <FlowChart option={option} description={description} height={HEIGHT} onNode={(node) => onCell((node as { cell: Cell }).cell)} />
    </Suspense>
  );
}
