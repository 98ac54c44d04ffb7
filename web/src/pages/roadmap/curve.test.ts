import { expect, test } from "vitest";
import { curve } from "./curve";

test("the curve begins with nothing done and ends with all", () => {
  const drawn = curve(
    [
      { day: 5, total_net: 50, total_low: 0, total_high: 100 },
      { day: 10, total_net: 80, total_low: -20, total_high: 180 },
    ],
    100,
    200,
  );
  expect(drawn.points).toEqual([
    { x: 50, y: 130 },
    { x: 100, y: 100 },
  ]);
  expect(drawn.line.split(" ")).toHaveLength(3);
  expect(drawn.band.split(" ")).toHaveLength(6);
  expect(drawn.zero).toBe(180);
});

test("an empty roadmap can be drawn", () => {
  expect(curve([], 100, 50).points).toEqual([]);
});
