import { describe, expect, it } from "vitest";
import { wordsOf } from ".";
import { dictionary, fill } from "./dictionary";

const parameters = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1]).sort();

describe("dictionary", () => {
  it("says everything in both languages, with the same parameters", () => {
    for (const [key, [italian, english]] of Object.entries(dictionary)) {
      expect(italian.trim(), key).not.toBe("");
      expect(english.trim(), key).not.toBe("");
      expect(parameters(italian), key).toEqual(parameters(english));
    }
  });

  it("has a plural for every singular", () => {
    const keys = new Set(Object.keys(dictionary));
    for (const key of keys) {
      if (key.endsWith(".one")) expect(keys).toContain(key.replace(/\.one$/, ".other"));
    }
  });

  it("keeps a missing parameter visible", () => {
    expect(fill("a {b} {c}", { b: 1 })).toBe("a 1 {c}");
  });

  it("counts by the rules of the language", () => {
    expect(wordsOf("it").tn("lag.behind", 1)).toBe("1 evento da elaborare");
    expect(wordsOf("en").tn("lag.behind", 1200)).toBe("1,200 events to process");
  });

  it("falls back to the code it does not know", () => {
    expect(wordsOf("it").word("verdict", "novel")).toBe("novel");
  });
});
