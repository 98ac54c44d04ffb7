import { describe, expect, it } from "vitest";
import type { KpiRecord } from "@/api/insight";
import { axisOf, ordered, spanOf } from "./forest";

const row = (name: string | null, value: number | null, n = 10): KpiRecord => ({
  kpi: "nps",
  definition: "nps@1",
  value,
  ci_low: value === null ? null : value - 5,
  ci_high: value === null ? null : value + 5,
  n,
  complete: true,
  window: { from: "2026-01-01", to: "2026-02-01" },
  by: { channel: name },
  people: null,
  beside: {},
  currency: null,
});

describe("forest", () => {
  it("puts every interval on one axis, inside it", () => {
    const rows = [row("web", 10), row("call", 60)];
    const axis = axisOf(rows);
    for (const each of rows) {
      const span = spanOf(each, axis);
      expect(span?.low).toBeGreaterThan(0);
      expect(span?.high).toBeLessThan(1);
      expect(span?.low).toBeLessThan(span?.at as number);
    }
  });

  it("has no span without a value and an axis even without rows", () => {
    expect(spanOf(row("web", null, 0), axisOf([]))).toBeNull();
  });

  it("lists the best founded first, the unnamed last", () => {
    expect(ordered([row(null, 1, 99), row("a", 1, 2), row("b", 1, 30)], "channel").map((each) => each.by.channel)).toEqual(["b", "a", null]);
  });
});
