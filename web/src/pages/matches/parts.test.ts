import { describe, expect, it } from "vitest";
import type { MatchRecord } from "@/api/identity";
import { bars, comparedFields } from "./parts";

const side = (known: Record<string, string>) => ({ node_id: "n", record_id: "r", person_id: "p", name: null, identifiers: [], known });

describe("evidence of a pair", () => {
  it("goes step by step from nothing to the whole", () => {
    const drawn = bars([{ name: "prior", weight: -8 }, { name: "email", weight: 12 }], 4);
    expect(drawn.zero).toBeCloseTo(8 / 12);
    expect(drawn.bars.map((bar) => [bar.from, bar.to])).toEqual([
      [8 / 12, 0],
      [0, 1],
      [8 / 12, 1],
    ]);
  });

  it("shows what one of both says, and what differs", () => {
    const match = { a: side({ given: "ada", town: "roma" }), b: side({ given: "ida" }) } as unknown as MatchRecord;
    expect(comparedFields(match).map((row) => [row.field, row.differs])).toEqual([
      ["given", true],
      ["town", false],
    ]);
  });
});
