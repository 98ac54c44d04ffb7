import { describe, expect, it } from "vitest";
import { escapeHtml, seriesOption, type SeriesPoint } from "./series";

const look = { accent: "a", surface: "s", ink: "i", quiet: "q", line: "l", font: "f" };
const points: SeriesPoint[] = [
  { label: "w1", value: 5, low: 3, high: 8, complete: true, n: 20 },
  { label: "w2", value: null, low: null, high: null, complete: true, n: 0 },
  { label: "w3", value: -2, low: -6, high: 1, complete: false, n: 11 },
];
const option = seriesOption(points, look, { value: String, tip: (p) => p.label, description: "d" });

describe("series", () => {
  it("stacks the band from its lower end, with gaps where nothing is known", () => {
    expect(option.series[0]?.data).toEqual([3, null, -6]);
    expect(option.series[1]?.data).toEqual([5, null, 7]);
  });

  it("hollows points that are not complete", () => {
    const marks = option.series[3]?.data as { itemStyle: { color: string } }[];
    expect(marks.map((mark) => mark.itemStyle.color)).toEqual(["a", "a", "s"]);
  });

  it("says what it shows, and puts no markup into tooltips", () => {
    expect(option.aria.label.description).toBe("d");
    expect(option.tooltip.formatter([{ dataIndex: 2 }])).toBe("w3");
    expect(escapeHtml("<b>&")).toBe("&lt;b&gt;&amp;");
  });
});
