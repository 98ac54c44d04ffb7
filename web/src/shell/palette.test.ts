import { describe, expect, it } from "vitest";
import { wordsOf } from "@/i18n";
import { GROUPS, pagesFor } from "./pages";
import { matchPages, plain, step } from "./palette";

const italian = wordsOf("it").t;

describe("palette", () => {
  it("finds pages without accents, by any word", () => {
    expect(matchPages(GROUPS, "attivita", italian).map((page) => page.to)).toEqual(["/tasks"]);
    expect(matchPages(GROUPS, "percorso mappa", italian).map((page) => page.to)).toEqual(["/journey"]);
    expect(matchPages(GROUPS, "", italian)).toHaveLength(24);
  });

  it("folds accents", () => {
    expect(plain("Caffè PIÙ")).toBe("caffe piu");
  });

  it("goes round", () => {
    expect(step(2, 1, 3)).toBe(0);
    expect(step(0, -1, 3)).toBe(2);
    expect(step(0, 1, 0)).toBe(0);
  });

  it("offers a viewer no page about people", () => {
    const pages = pagesFor(["insight"]).flatMap((group) => group.pages.map((page) => page.to));
    expect(pages).toEqual(["/", "/journey", "/paths", "/funnels", "/friction", "/roadmap", "/retention", "/touchpoints", "/segments", "/kpis", "/playbooks", "/quality", "/plan", "/settings"]);
  });
});
