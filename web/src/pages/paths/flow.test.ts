import { describe, expect, it } from "vitest";
import type { AroundRecord, TransitionsRecord } from "@/api/paths";
import type { Look } from "@/charts/look";
import { graphOption, nodeOf, sankeyOption, strongest } from "./flow";

const look: Look = { accent: "a", surface: "s", ink: "i", quiet: "q", line: "l", during: "d", font: "f" };
const window = { from: "2026-01-01", to: "2026-02-01" };
const around: AroundRecord = {
  window,
  step: "name",
  per: "person",
  pivot: "View",
  direction: "after",
  every: false,
  total: 3,
  people: 3,
  cells: [
    { column: 0, kind: "step", step: "View", count: 3, people: 3, share: 1 },
    { column: 1, kind: "step", step: "View", count: 2, people: 2, share: 2 / 3 },
    { column: 1, kind: "edge", step: null, count: 1, people: 1, share: 1 / 3 },
  ],
  links: [
    { column: 0, kind: "step", step: "View", to_kind: "step", to_step: "View", count: 2 },
    { column: 0, kind: "step", step: "View", to_kind: "edge", to_step: null, count: 1 },
  ],
};
const flowText = { name: (cell: { step?: string | null }) => cell.step ?? "-", count: String, description: "" };

describe("the flow", () => {
  it("has a node a column, so that a step after itself is no circle", () => {
    const [series] = sankeyOption(around, look, flowText).series;
    expect(series?.links.map((link) => [link.source, link.target])).toEqual([
      ["0|step|View", "1|step|View"],
      ["0|step|View", "1|edge|"],
    ]);
    expect(series?.data.map((node) => node.depth)).toEqual([0, 1, 1]);
  });

  it("runs towards the pivot when it shows what came before", () => {
    const [series] = sankeyOption({ ...around, direction: "before" }, look, flowText).series;
    expect(series?.links[0]?.target).toBe(nodeOf({ column: 0, kind: "step", step: "View" }));
    expect(series?.data.map((node) => node.depth)).toEqual([1, 0, 0]);
  });
});

describe("the graph", () => {
  const found: TransitionsRecord = {
    window,
    step: "name",
    per: "person",
    paths: 2,
    people: 2,
    transitions: [
      { start: "A", end: "B", count: 10, people: 2, median_s: 1 },
      { start: "B", end: "C", count: 1, people: 1, median_s: 1 },
    ],
    steps: [
      { step: "A", count: 10, people: 2, first: 1, last: 1 },
      { step: "B", count: 10, people: 2, first: 1, last: 1 },
      { step: "C", count: 1, people: 1, first: 0, last: 1 },
    ],
    loops: [],
  };

  it("leaves out what is weaker than asked for, and steps that nothing joins", () => {
    expect(strongest(found, 0.5).map((one) => one.end)).toEqual(["B"]);
    const [series] = graphOption(found, 0.5, look, { edge: String, name: String, description: "" }).series;
    expect(series?.data.map((node) => node.name)).toEqual(["A", "B"]);
  });
});
