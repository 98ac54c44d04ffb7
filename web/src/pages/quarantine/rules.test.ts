import { describe, expect, it } from "vitest";
import { emptyEdit, firstDraft, pretty, rulesOf, valueOf } from "./rules";

const one = (edit: Parameters<typeof emptyEdit>[0], field = "", is = "") => rulesOf({ field, is, edits: [emptyEdit(edit)] });

describe("mending rules", () => {
  it("leaves out what has no path yet", () => {
    expect(one({ verb: "set" })).toEqual([]);
  });

  it("writes each verb as the server takes it", () => {
    expect(one({ verb: "set", path: "a", to: "12" })).toEqual([{ edits: [{ set: "a", to: 12 }] }]);
    expect(one({ verb: "default", path: "a", to: "EUR" })).toEqual([{ edits: [{ default: "a", to: "EUR" }] }]);
    expect(one({ verb: "rename", path: "a ", to: " b" })).toEqual([{ edits: [{ rename: "a", to: "b" }] }]);
    expect(one({ verb: "remove", path: "a", to: "x" })).toEqual([{ edits: [{ remove: "a" }] }]);
    expect(one({ verb: "cast", path: "a", kind: "time", to: "%d/%m/%Y" })).toEqual([
      { edits: [{ cast: "a", to: "time", format: "%d/%m/%Y" }] },
    ]);
    expect(one({ verb: "cast", path: "a", kind: "number", to: "," })).toEqual([{ edits: [{ cast: "a", to: "number", decimal: "," }] }]);
  });

  it("holds only where its condition does", () => {
    expect(one({ verb: "remove", path: "a" }, "properties.n", "3")).toEqual([
      { when: { field: "properties.n", is: 3 }, edits: [{ remove: "a" }] },
    ]);
  });

  it("reads values as people type them", () => {
    expect(["true", "007", "1.5", "EUR", '"7"', "[1]", "{oops}"].map(valueOf)).toEqual([true, "007", 1.5, "EUR", "7", [1], "{oops}"]);
  });

  it("begins with what the reason asks for", () => {
    expect(rulesOf(firstDraft("conflict"))).toEqual([{ edits: [{ remove: "messageId" }] }]);
    expect(rulesOf(firstDraft("too_deep"))).toEqual([]);
  });

  it("shows what is no JSON as it came", () => {
    expect(pretty('{"a":1}')).toBe('{\n  "a": 1\n}');
    expect(pretty("half")).toBe("half");
  });
});
