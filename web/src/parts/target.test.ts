import { describe, expect, it } from "vitest";
import type { StandingRecord } from "@/api/kpis";
import { wordsOf } from "@/i18n";
import { createFormat } from "@/i18n/format";
import { aimText, daysText, targetTone, verdictText } from "./target";

const words = wordsOf("en");
const f = createFormat("en", "Europe/Rome");
const standing = (given: Partial<StandingRecord>) =>
  ({ better: "higher", value: 0.85, unit: "share", verdict: "open", days_left: 12, is_final: false, row: { currency: null }, ...given }) as StandingRecord;

describe("a target", () => {
  it("says which way and how much", () => {
    expect(aimText(standing({}), words, f)).toBe("Target: at least 85.0%");
    expect(aimText(standing({ better: "lower", unit: "seconds", value: 40 }), words, f)).toBe("Target: at most 40 s");
  });

  it("is plain about what cannot be told", () => {
    expect(verdictText(standing({}), words)).toContain("Cannot be told yet");
    expect(verdictText(standing({ is_final: true }), words)).not.toContain("yet");
    expect(verdictText(standing({ verdict: "missed" }), words)).toBe("Not met yet");
    expect(verdictText(standing({ verdict: "missed", is_final: true }), words)).toBe("Not met");
  });

  it("counts days both ways", () => {
    expect([12, 1, 0, -1].map((days_left) => daysText(standing({ days_left }), words))).toEqual(["12 days left", "1 day left", "due today", "1 day over"]);
  });

  it("is bad news only when the day has come", () => {
    expect(targetTone(standing({ verdict: "missed" }))).toBe("neutral");
    expect(targetTone(standing({ verdict: "missed", is_final: true }))).toBe("bad");
    expect(targetTone(standing({ verdict: "met" }))).toBe("good");
  });
});
