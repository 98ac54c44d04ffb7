import { describe, expect, it } from "vitest";
import { barsOf } from "./bars";

const share = { value: 0.5, ci_low: 0.4, ci_high: 0.6, count: 1, n: 2 };
const step = (reached: number, open: number) => ({ step: "A", reached, open, lost: 0, of_previous: share, of_first: share, median_s: null, p90_s: null });

describe("the bars of a funnel", () => {
  it("are shares of the first step, with who can still come beside them", () => {
    expect(barsOf([step(10, 0), step(4, 1)])).toEqual([
      { reached: 1, open: 0, low: null, high: null },
      { reached: 0.4, open: 0.1, low: 0.4, high: 0.6 },
    ]);
  });

  it("are empty where nobody entered", () => {
    expect(barsOf([step(0, 0)])[0]?.reached).toBe(0);
  });
});
