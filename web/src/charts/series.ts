/** A line with its band over time as an ECharts option. Pure: colours and texts are given. */
export interface SeriesPoint {
  label: string;
  value: number | null;
  low: number | null;
  high: number | null;
  complete: boolean;
  n: number;
}

export interface SeriesLook {
  accent: string;
  surface: string;
  ink: string;
  quiet: string;
  line: string;
  font: string;
}

export interface SeriesText {
  value: (value: number) => string;
  tip: (point: SeriesPoint) => string;
  description: string;
}

export function seriesOption(points: readonly SeriesPoint[], look: SeriesLook, text: SeriesText) {
  const axisText = { color: look.quiet, fontFamily: look.font, fontSize: 12 };
  const band = points.map((p) => (p.low === null || p.high === null ? null : p.high - p.low));
  return {
    aria: { enabled: true, label: { description: text.description } },
    animationDuration: 300,
    grid: { left: 4, right: 14, top: 14, bottom: 4, containLabel: true },
    tooltip: {
      trigger: "axis",
      backgroundColor: look.surface,
      borderColor: look.line,
      textStyle: { color: look.ink, fontFamily: look.font, fontSize: 13 },
      axisPointer: { lineStyle: { color: look.quiet, type: "dotted" } },
      formatter: (shown: { dataIndex: number }[]) => {
        const point = points[shown[0]?.dataIndex ?? -1];
        return point ? text.tip(point) : "";
      },
    },
    xAxis: {
      type: "category",
      boundaryGap: false,
      data: points.map((p) => p.label),
      axisTick: { show: false },
      axisLine: { lineStyle: { color: look.line } },
      axisLabel: { ...axisText, hideOverlap: true },
    },
    yAxis: {
      type: "value",
      scale: true,
      splitNumber: 4,
      splitLine: { lineStyle: { color: look.line } },
      axisLabel: { ...axisText, formatter: text.value },
    },
    series: [
      { type: "line", stack: "band", silent: true, symbol: "none", lineStyle: { opacity: 0 }, stackStrategy: "all", data: points.map((p) => p.low) },
      {
        type: "line",
        stack: "band",
        silent: true,
        symbol: "none",
        stackStrategy: "all",
        lineStyle: { opacity: 0 },
        areaStyle: { color: look.accent, opacity: 0.14 },
        data: band,
      },
      { type: "custom", silent: true, clip: true, renderItem: whisker(look), data: points.map((p, i) => [i, p.low, p.high]), encode: { x: 0, y: [1, 2] } },
      {
        type: "line",
        symbol: "circle",
        symbolSize: 7,
        lineStyle: { color: look.accent, width: 2.4 },
        data: points.map((p) => ({
          value: p.value,
          itemStyle: { color: p.complete ? look.accent : look.surface, borderColor: look.accent, borderWidth: 2 },
        })),
      },
    ],
  };
}

interface Pen {
  value: (dimension: number) => number;
  coord: (at: [number, number]) => [number, number];
}

/** The interval of one point as a thin upright line: a point that stands alone has no band to show it. */
function whisker(look: SeriesLook) {
  return (_: unknown, pen: Pen) => {
    const [low, high] = [pen.value(1), pen.value(2)];
    if (Number.isNaN(low) || Number.isNaN(high)) return null;
    const [x, y1] = pen.coord([pen.value(0), low]);
    const [, y2] = pen.coord([pen.value(0), high]);
    return { type: "line", shape: { x1: x, x2: x, y1, y2 }, style: { stroke: look.accent, lineWidth: 1.5, opacity: 0.4 } };
  };
}

/** Text that goes into a tooltip's HTML. */
export function escapeHtml(text: string): string {
  const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return text.replace(/[&<>"']/g, (sign) => entities[sign] ?? sign);
}
