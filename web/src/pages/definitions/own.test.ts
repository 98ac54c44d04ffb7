import { describe, expect, it } from "vitest";
import { counted, EMPTY, isNamed } from "./own";

const ordered = { ...EMPTY, kpi: "big_baskets", it: "Carrelli grandi", en: "Big baskets", event: "Order Completed" };

describe("a KPI of the company's own", () => {
  it("counts events by their name alone", () => {
    expect(counted(ordered)).toEqual({
      kpi: "big_baskets",
      name: { it: "Carrelli grandi", en: "Big baskets" },
      measure: "count",
      better: "higher",
      events: { field: "name", is: "Order Completed" },
    });
  });

  it("takes numbers as numbers and texts as texts", () => {
    const draft = { ...ordered, measure: "share" as const, where: [{ property: "channel", operator: "is" as const, value: "app" }], met: [{ property: "revenue", operator: "at_least" as const, value: "100" }] };
    expect(counted(draft)).toMatchObject({
      events: { all: [{ field: "name", is: "Order Completed" }, { field: "properties.channel", is: "app" }] },
      met: { field: "properties.revenue", at_least: 100 },
    });
  });

  it("names currency, quantile and step only where they belong", () => {
    const draft = { ...ordered, measure: "quantile" as const, value: "revenue", unit: "money" as const };
    expect(counted(draft)).toMatchObject({ value: "properties.revenue", unit: "money", currency: "EUR", quantile: 0.9, step: 1 });
    expect(counted({ ...draft, measure: "mean", unit: "score" })).not.toHaveProperty("currency");
  });

  it("waits for what is unfinished", () => {
    expect(counted(EMPTY)).toBeNull();
    expect(counted({ ...ordered, measure: "share" })).toBeNull();
    expect(counted({ ...ordered, measure: "sum" })).toBeNull();
    expect(isNamed({ ...ordered, kpi: "Big" })).toBe(false);
    expect(isNamed(ordered)).toBe(true);
  });
});
