/** Paths as ECharts options. Pure: colours and texts are given. */
import type { AroundRecord, TransitionsRecord } from "@/api/paths";
import { escapeHtml } from "@/charts/series";
import type { Look } from "@/charts/look";

type Cell = AroundRecord["cells"][number];
type Place = Pick<Cell, "column" | "kind" | "step">;

/** The node of a cell: its column is part of its name, so that no flow ever runs in a circle. */
export const nodeOf = (cell: Place): string => `${cell.column}|${cell.kind}|${cell.step ?? ""}`;

export interface FlowText {
  name: (cell: Place) => string;
  count: (n: number) => string;
  description: string;
}

/** Columns beside a pivot as a Sankey; what comes before stands at the left of the pivot. */
export function sankeyOption(found: AroundRecord, look: Look, text: FlowText) {
  const colour = (cell: Place) => (cell.column === 0 ? look.accent : cell.kind === "step" ? look.during : look.quiet);
  const back = found.direction === "before";
  const deepest = Math.max(0, ...found.cells.map((cell) => cell.column));
  const nodes = found.cells.map((cell) => ({
    name: nodeOf(cell),
    depth: back ? deepest - cell.column : cell.column,
    itemStyle: { color: colour(cell), opacity: cell.kind === "step" ? 1 : 0.6 },
    label: { formatter: () => text.name(cell) },
    told: `<strong>${escapeHtml(text.name(cell))}</strong><br>${escapeHtml(text.count(cell.count))}`,
    cell,
  }));
  const links = found.links.map((link) => {
    const near = nodeOf(link);
    const far = nodeOf({ column: link.column + 1, kind: link.to_kind, step: link.to_step });
    return { source: back ? far : near, target: back ? near : far, value: link.count, told: escapeHtml(text.count(link.count)) };
  });
  return {
    aria: { enabled: true, label: { description: text.description } },
    animationDuration: 300,
    tooltip: { ...tip(look), formatter: (shown: { data: { told?: string } }) => shown.data.told ?? "" },
    series: [
      {
        type: "sankey",
        left: 4,
        right: back ? 60 : 150,
        top: 8,
        bottom: 8,
        nodeGap: 12,
        nodeWidth: 14,
        draggable: false,
        layoutIterations: 24,
        emphasis: { focus: "adjacency" },
        label: { color: look.ink, fontFamily: look.font, fontSize: 12, width: 130, overflow: "truncate" },
        lineStyle: { color: "source", opacity: 0.22, curveness: 0.5 },
        data: nodes,
        links,
      },
    ],
  };
}

/** The transitions that at least a share of the most frequent one has, and the steps between them. */
export function strongest(found: TransitionsRecord, share: number): TransitionsRecord["transitions"] {
  const most = found.transitions[0]?.count ?? 0;
  return found.transitions.filter((one) => one.count >= most * share);
}

/** Steps on a ring in the order of their frequency: the same data always make the same picture. */
export function graphOption(found: TransitionsRecord, share: number, look: Look, text: { edge: (n: number, seconds: number) => string; name: (step: string) => string; description: string }) {
  const shown = strongest(found, share);
  const names = new Set(shown.flatMap((one) => [one.start, one.end]));
  const steps = found.steps.filter((step) => names.has(step.step));
  const most = Math.max(1, ...shown.map((one) => one.count));
  const largest = Math.max(1, ...steps.map((step) => step.count));
  return {
    aria: { enabled: true, label: { description: text.description } },
    animationDuration: 300,
    tooltip: { ...tip(look), formatter: (one: { data: { told?: string } }) => one.data.told ?? "" },
    series: [
      {
        type: "graph",
        layout: "circular",
        circular: { rotateLabel: true },
        roam: false,
        left: "24%",
        right: "24%",
        top: "24%",
        bottom: "24%",
        edgeSymbol: ["none", "arrow"],
        edgeSymbolSize: 8,
        emphasis: { focus: "adjacency" },
        label: { show: true, position: "right", color: look.ink, fontFamily: look.font, fontSize: 12, formatter: (one: { name: string }) => text.name(one.name) },
        data: steps.map((step) => ({
          name: step.step,
          symbolSize: 14 + 30 * Math.sqrt(step.count / largest),
          itemStyle: { color: look.accent },
          told: `<strong>${escapeHtml(text.name(step.step))}</strong><br>${escapeHtml(text.edge(step.count, Number.NaN))}`,
        })),
        links: shown.map((one) => ({
          source: one.start,
          target: one.end,
          value: one.count,
          told: `${escapeHtml(text.name(one.start))} → ${escapeHtml(text.name(one.end))}<br>${escapeHtml(text.edge(one.count, one.median_s))}`,
          lineStyle: { width: 1 + 6 * (one.count / most), color: look.quiet, opacity: 0.55, curveness: one.start === one.end ? 0.9 : 0.22 },
        })),
      },
    ],
  };
}

function tip(look: Look) {
  return { trigger: "item", backgroundColor: look.surface, borderColor: look.line, textStyle: { color: look.ink, fontFamily: look.font, fontSize: 13 } };
}
