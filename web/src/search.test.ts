import { describe, expect, it } from "vitest";
import { auditSearch, days, journeySearch, kpiSearch, liveSearch, peopleSearch } from "./search";

describe("addresses", () => {
  it("keep a window only when it is whole and in order", () => {
    expect(days({ from: "2026-01-01", to: "2026-02-01" })).toEqual({ from: "2026-01-01", to: "2026-02-01" });
    expect(days({ from: "2026-02-01", to: "2026-01-01" })).toEqual({});
    expect(days({ from: "2026-01-01" })).toEqual({});
    expect(days({ from: "2026-99-99", to: "2027-01-01" })).toEqual({});
  });

  it("leave out what they do not know", () => {
    expect(journeySearch({ view: "pie", lens: "front", stage: "cart" })).toEqual({ lens: "front", stage: "cart" });
    expect(liveSearch({ verdict: "eaten" })).toEqual({});
    expect(kpiSearch({ by: "channel", from: 3 })).toEqual({ by: "channel" });
  });

  it("keep a known act and either end of the days", () => {
    expect(auditSearch({ act: "person.read", to: "2026-02-01" })).toEqual({ act: "person.read", to: "2026-02-01" });
    expect(auditSearch({ act: "person.seen", from: "soon" })).toEqual({});
  });

  it("read a number typed as a customer code as text", () => {
    expect(peopleSearch({ q: 4711 })).toEqual({ q: "4711" });
  });
});
