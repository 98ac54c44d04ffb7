import { expect, test } from "vitest";
import { change } from "./change";

test("a count moves by a share of what it was", () => {
  expect(change(150, 100)).toBeCloseTo(0.5);
  expect(change(0, 4)).toBe(-1);
});

test("there is nothing to compare with nothing", () => {
  expect(change(3, 0)).toBeNull();
});
