import { describe, expect, it } from "vitest";
import { spark, type SparkPoint } from "./spark";

const at = (value: number | null): SparkPoint => ({ value, low: value === null ? null : value - 1, high: value === null ? null : value + 1 });

describe("spark", () => {
  it("is empty without values", () => {
    expect(spark([at(null), at(null)], 100, 30)).toEqual({ line: "", band: "", last: null, dots: [] });
  });

  it("breaks where nothing is known and marks what stands alone", () => {
    const drawn = spark([at(1), at(2), at(null), at(3)], 100, 30);
    expect(drawn.line.match(/M/g)).toHaveLength(2);
    expect(drawn.dots).toHaveLength(1);
    expect(drawn.last?.x).toBe(96);
  });

  it("stays within its box and puts greater values higher", () => {
    const drawn = spark([at(0), at(10)], 100, 30);
    const [start, end] = drawn.line.slice(1).split("L").map((pair) => Number(pair.split(" ")[1]));
    expect(start).toBeGreaterThan(end as number);
    expect(end).toBeGreaterThanOrEqual(4);
    expect(start).toBeLessThanOrEqual(26);
  });

  it("draws a flat line for equal values", () => {
    expect(spark([{ value: 5, low: null, high: null }, { value: 5, low: null, high: null }], 100, 30).band).toBe("");
  });
});
