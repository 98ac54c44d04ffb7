import { describe, expect, it } from "vitest";
import { conditionOf, FRESH, joined } from "./rules";

describe("the rules of a segment", () => {
  it("counts in a window, or ever", () => {
    expect(conditionOf({ ...FRESH, name: "Order Completed", times: 2 })).toEqual({ event: "Order Completed", last_days: 30, count: { at_least: 2 } });
    expect(conditionOf({ ...FRESH, kind: "didNot", name: "Order Completed", days: null })).toEqual({ event: "Order Completed", count: { is: 0 } });
  });
  it("is nothing until every rule is finished", () => {
    const done = { ...FRESH, name: "Order Completed" };
    expect(joined("all", [done, { ...FRESH, kind: "trait", name: "city" }])).toBeNull();
    expect(joined("any", [done, { ...FRESH, kind: "segment", name: "regulars" }])).toEqual({
      any: [{ event: "Order Completed", last_days: 30, count: { at_least: 1 } }, { segment: "regulars" }],
    });
  });
});
