import { describe, expect, it } from "vitest";
import { wordsOf } from "@/i18n";
import { languageText, traitText } from "./trait";

const words = wordsOf("it");

describe("traits", () => {
  it("read any JSON as people do", () => {
    expect(traitText(["a", 2, true], words)).toBe("a, 2, Sì");
    expect(traitText(null, words)).toBe("–");
    expect(traitText({ a: 1 }, words)).toBe('{"a":1}');
  });

  it("name languages and leave what is none", () => {
    expect(languageText("en", words)).toBe("inglese");
    expect(languageText("not a tag", words)).toBe("not a tag");
    expect(languageText(3, words)).toBe("3");
  });
});
