/** Draws a series with ECharts, in the colours of the scheme in force. */
import { useComputedColorScheme } from "@mantine/core";
import { useEffect, useRef } from "react";
import { init, type ECharts } from "./echarts";
import { seriesOption, type SeriesLook, type SeriesPoint, type SeriesText } from "./series";

interface SeriesChartProps {
  points: readonly SeriesPoint[];
  text: SeriesText;
  height?: number;
}

export default function SeriesChart({ points, text, height = 300 }: SeriesChartProps) {
  const scheme = useComputedColorScheme("light");
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<ECharts | null>(null);
  useEffect(() => {
    if (!place.current) return;
    const made = init(place.current, undefined, { renderer: "svg" });
    chart.current = made;
    const watch = new ResizeObserver(() => made.resize());
    watch.observe(place.current);
    return () => {
      watch.disconnect();
      made.dispose();
      chart.current = null;
    };
  }, []);
  useEffect(() => {
    chart.current?.setOption(seriesOption(points, lookNow(), text), true);
  }, [points, text, scheme]);
  return <div ref={place} role="img" aria-label={text.description} style={{ width: "100%", height }} />;
}

function lookNow(): SeriesLook {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string) => style.getPropertyValue(name).trim();
  return {
    accent: read("--accent"),
    surface: read("--surface"),
    ink: read("--ink"),
    quiet: read("--ink-3"),
    line: read("--line"),
    font: read("--font"),
  };
}
