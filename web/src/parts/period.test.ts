import { describe, expect, it } from "vitest";
import { addDays, presetOf, presetWindow } from "./period";

describe("period", () => {
  it("moves civil days over months and years", () => {
    expect(addDays("2026-03-01", -1)).toBe("2026-02-28");
    expect(addDays("2026-12-31", 1)).toBe("2027-01-01");
  });

  it("gives complete days only: today is out", () => {
    expect(presetWindow("28d", "2026-11-22")).toEqual({ from: "2026-10-25", to: "2026-11-22" });
    expect(presetWindow("12m", "2026-11-22")).toEqual({ from: "2025-11-22", to: "2026-11-22" });
  });

  it("gives thirteen whole weeks from a Monday to a Monday", () => {
    expect(presetWindow("13w", "2026-11-22")).toEqual({ from: "2026-08-17", to: "2026-11-16" });
    expect(presetWindow("13w", "2026-11-23").to).toBe("2026-11-23");
  });

  it("knows its own presets again", () => {
    expect(presetOf(presetWindow("13w", "2026-11-22"), "2026-11-22")).toBe("13w");
    expect(presetOf({ from: "2026-01-01", to: "2026-01-02" }, "2026-11-22")).toBeNull();
  });
});
