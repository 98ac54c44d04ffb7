import { describe, expect, it } from "vitest";
import { createFormat } from "@/i18n/format";
import { besideText, timeBefore } from "./beside";

const f = createFormat("en", "Europe/Rome");

describe("figures beside a value", () => {
  it("are in its unit unless they count", () => {
    expect(besideText("voluntary", 0.25, "share", f)).toBe("25.0%");
    expect(besideText("bound_days", 68, "share", f)).toBe("68");
    expect(besideText("median_s", null, "seconds", f)).toBe("–");
  });

  it("compare with an equally long time", () => {
    expect(timeBefore({ from: "2026-03-01", to: "2026-03-29" })).toEqual({ from: "2026-02-01", to: "2026-03-01" });
  });
});
