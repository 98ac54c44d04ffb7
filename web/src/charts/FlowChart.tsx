/** Draws a Sankey or a graph with ECharts, in the colours of the scheme in force. */
import { useComputedColorScheme } from "@mantine/core";
import { useEffect, useRef } from "react";
import { init, type ECharts } from "./echarts";
import { lookNow, type Look } from "./look";

interface FlowChartProps {
  /** Made anew when it changes: memoise it. */
  option: (look: Look) => Record<string, unknown>;
  description: string;
  height: number;
  onNode?: (node: unknown) => void;
}

export default function FlowChart({ option, description, height, onNode }: FlowChartProps) {
  const scheme = useComputedColorScheme("light");
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<ECharts | null>(null);
  const told = useRef(onNode);
  useEffect(() => {
    told.current = onNode;
  }, [onNode]);
  useEffect(() => {
    if (!place.current) return;
    const made = init(place.current, undefined, { renderer: "svg" });
    chart.current = made;
    made.on("click", (event) => event.dataType === "node" && told.current?.(event.data));
    const watch = new ResizeObserver(() => made.resize());
    watch.observe(place.current);
    return () => {
      watch.disconnect();
      made.dispose();
      chart.current = null;
    };
  }, []);
  useEffect(() => {
    chart.current?.setOption(option(lookNow()), true);
  }, [option, scheme]);
  return <div ref={place} role="img" aria-label={description} style={{ width: "100%", height }} />;
}
