import { describe, expect, it } from "vitest";
import { linesOf, rulesOf, sameRules, validKind, withLimit, withoutClass } from "./rules";

const said = { claims: "hold", classes: { till_id: "asset" }, limits: {}, blocked: ["b", "a"], domains: [], region: "IT", burst: 20 };

describe("rules of identity", () => {
  it("are the same in any order", () => {
    expect(sameRules(rulesOf(said), rulesOf({ ...said, blocked: ["a", "b"] }))).toBe(true);
    expect(sameRules(rulesOf(said), rulesOf({ ...said, burst: 21 }))).toBe(false);
  });

  it("take a limit and let it go", () => {
    const limited = withLimit(rulesOf(said), "email", 2);
    expect(limited.limits).toEqual({ email: 2 });
    expect(sameRules(withLimit(limited, "email", null), rulesOf(said))).toBe(true);
  });

  it("let a class go", () => {
    expect(withoutClass(rulesOf(said), "till_id").classes).toEqual({});
  });

  it("read lines and kinds", () => {
    expect(linesOf(" a \n\nb")).toEqual(["a", "b"]);
    expect([validKind("till_id"), validKind("Till"), validKind("")]).toEqual([true, false, false]);
  });
});
