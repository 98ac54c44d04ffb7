import { describe, expect, it } from "vitest";
import { createFormat, relativeStep } from "./format";

const it_ = createFormat("it", "Europe/Rome");
const en = createFormat("en", "Europe/Rome");
const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, " ");

describe("format", () => {
  it("writes numbers as the language does", () => {
    expect(it_.whole(12345)).toBe("12.345");
    expect(en.whole(12345)).toBe("12,345");
    expect(it_.whole(1234)).toBe("1.234");
    expect(it_.percent(0.1234)).toBe("12,3%");
  });

  it("writes a real minus and no sign for nought", () => {
    expect(en.signed(-3.14)).toBe("\u22123.1");
    expect(en.signed(2)).toBe("+2.0");
    expect(en.signed(-0.04)).toBe("0.0");
  });

  it("reads micros and ISO alike, in the company's zone", () => {
    const at = Date.UTC(2026, 0, 31, 23, 30);
    expect(it_.civilDay(at * 1000)).toBe("2026-02-01");
    expect(it_.clock(new Date(at).toISOString())).toBe("00:30");
  });

  it("keeps a civil date on its day in every zone", () => {
    expect(createFormat("en", "Pacific/Auckland").date("2026-03-01")).toBe("1 Mar 2026");
  });

  it("writes money from minor units, whatever the currency's digits", () => {
    expect(plain(it_.money(123456, "EUR"))).toBe("1.234,56 €");
    expect(plain(en.money(500, "JPY"))).toMatch(/500/);
  });

  it("writes lengths of time in two units at most", () => {
    expect(en.duration(42)).toBe("42 s");
    expect(en.duration(125)).toBe("2 min 5 s");
    expect(en.duration(7200)).toBe("2 h");
    expect(it_.duration(3 * 86_400)).toBe("3 giorni");
  });

  it("takes the largest unit that fits", () => {
    expect(relativeStep(-90)).toEqual([-1, "minute"]);
    expect(relativeStep(0.2)).toEqual([0, "second"]);
    expect(en.ago("2026-01-01T00:00:00Z", "2026-01-03T00:00:00Z")).toBe("2 days ago");
  });
});
