import { describe, expect, it } from "vitest";
import { effortName, moodName, moodTone, mouth } from "./mood";

describe("mood", () => {
  it("names the scale symmetrically", () => {
    expect([-1, -0.4, 0, 0.4, 1].map(moodName)).toEqual(["very_bad", "bad", "neutral", "good", "very_good"]);
    expect(moodName(null)).toBe("unknown");
  });

  it("has three tones", () => {
    expect([-0.2, 0.19, 0.2, null].map(moodTone)).toEqual(["bad", "neutral", "good", "neutral"]);
  });

  it("bends the mouth with the mood", () => {
    const middle = (path: string) => Number(path.split(" ")[2]);
    const ends = (path: string) => Number(path.slice(3).split("Q")[0]);
    expect(middle(mouth(1))).toBeGreaterThan(ends(mouth(1)));
    expect(middle(mouth(-1))).toBeLessThan(ends(mouth(-1)));
    expect(mouth(undefined)).toBe("M9 15.5h6");
  });

  it("names effort", () => {
    expect([0, 1, 3, 9].map(effortName)).toEqual(["none", "low", "medium", "high"]);
  });
});
