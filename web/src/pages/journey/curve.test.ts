import { describe, expect, it } from "vitest";
import type { StageColumnRecord } from "@/api/insight";
import { moodCurve, moodY, phaseRuns, smooth } from "./curve";

const stage = (value: number | null, n = 50) => ({ phase: "before", experience: { mood: { value, ci_low: value, ci_high: value, n } } }) as unknown as StageColumnRecord;

describe("mood curve", () => {
  it("leaves out stages without scores, or with a handful, and keeps their column", () => {
    expect(moodCurve([stage(0.5), stage(null, 0), stage(-0.5), stage(0.9, 3)]).points.map((p) => p.column)).toEqual([0, 2]);
  });

  it("puts happy above unhappy, within the box", () => {
    expect(moodY(1)).toBe(12);
    expect(moodY(0)).toBe(50);
    expect(moodY(-1)).toBe(88);
  });

  it("starts at the first point and ends at the last", () => {
    expect(smooth([[50, 10], [150, 90]])).toBe("M50 10C100 10 100 90 150 90");
    expect(smooth([])).toBe("");
  });

  it("has a closed band only when there is something to span", () => {
    expect(moodCurve([stage(0.2)]).band).toBe("");
    expect(moodCurve([stage(0.2), stage(0.4)]).band).toMatch(/^M.*C.*L.*C.*Z$/);
  });
});

describe("phases", () => {
  it("are headings over neighbouring stages", () => {
    const of = (phase: string) => ({ phase });
    expect(phaseRuns([of("before"), of("before"), of("during"), of("after")])).toEqual([
      { phase: "before", span: 2, start: 0 },
      { phase: "during", span: 1, start: 2 },
      { phase: "after", span: 1, start: 3 },
    ]);
    expect(phaseRuns([])).toEqual([]);
  });
});
