import { describe, expect, it } from "vitest";
import type { TileRecord } from "@/api/insight";
import { themesOf } from "./themes";

const tile = (kpi: string, theme: string, n: number) => ({ kpi, theme, now: { n }, before: { n: 0 } }) as TileRecord;

describe("the board's themes", () => {
  it("keep their order, and set apart what has no data", () => {
    const found = themesOf([tile("nps", "voice", 9), tile("asa", "service", 0), tile("csat", "voice", 0)]);
    expect(found.map((each) => [each.theme, each.told.map((one) => one.kpi), each.silent.map((one) => one.kpi)])).toEqual([
      ["voice", ["nps"], ["csat"]],
      ["service", [], ["asa"]],
    ]);
  });
});
