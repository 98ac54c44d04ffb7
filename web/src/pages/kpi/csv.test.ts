import { describe, expect, it } from "vitest";
import type { KpiRecord } from "@/api/insight";
import { toCsv } from "./csv";

const row = (by: KpiRecord["by"], value: number | null = 0.5): KpiRecord => ({
  kpi: "csat",
  definition: "csat@1",
  value,
  ci_low: value,
  ci_high: value,
  n: value === null ? 0 : 12,
  complete: true,
  window: { from: "2026-01-01", to: "2026-02-01" },
  by,
  people: null,
  beside: {},
  currency: null,
});

describe("CSV", () => {
  it("has the dimensions first and leaves unknown values empty", () => {
    expect(toCsv([row({ channel: null }, null)])).toBe(
      "channel,kpi,definition,value,ci_low,ci_high,n,complete,from,to\r\n,csat,csat@1,,,,0,true,2026-01-01,2026-02-01\r\n",
    );
  });

  it("quotes what must be quoted and defuses formulas", () => {
    const text = toCsv([row({ product: 'Caffè "Oro", 1 kg' }), row({ product: "=cmd()" })]);
    expect(text).toContain('"Caffè ""Oro"", 1 kg"');
    expect(text).toContain("'=cmd()");
  });
});
