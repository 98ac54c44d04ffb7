import { describe, expect, it } from "vitest";
import { createFormat } from "@/i18n/format";
import { differenceText, judge, kpiText, tooFew } from "./kpi";

const f = createFormat("it", "Europe/Rome");

describe("kpi numbers", () => {
  it("are written in their unit", () => {
    expect(kpiText(41.6, "points", f)).toBe("+42");
    expect(kpiText(0.8123, "share", f)).toBe("81,2%");
    expect(kpiText(75, "seconds", f)).toBe("75 s");
    expect(kpiText(4.126, "score", f)).toBe("4,13");
    expect(kpiText(12.34, "count", f)).toBe("12,3");
  });

  it("differ in percentage points", () => {
    expect(differenceText(-0.031, "share", f)).toBe("\u22123,1");
    expect(differenceText(12.4, "seconds", f)).toBe("+12");
  });

  it("are news only when clear, and good or bad by their direction", () => {
    expect(judge({ value: 3, is_clear: false }, "higher")).toBe("unclear");
    expect(judge({ value: 3, is_clear: true }, "higher")).toBe("better");
    expect(judge({ value: 3, is_clear: true }, "lower")).toBe("worse");
    expect(judge(null, "lower")).toBe("unclear");
  });

  it("stay unsaid when they rest on a handful", () => {
    expect([0, 9, 10].map(tooFew)).toEqual([true, true, false]);
  });
});
