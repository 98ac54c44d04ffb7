import { expect, test } from "vitest";
import type { FrictionRecord, FrictionState } from "@/api/frictions";
import { excessOf, minor, stateOf, statusOf } from "./friction";

const state = { friction: "a", status: "mended", owner: "Ada", mended_on: "2026-06-01", steps: [] } as FrictionState;

test("a friction that nobody touched is found", () => {
  expect(stateOf([state], "b")).toBeNull();
  expect(statusOf(null, false)).toBe("found");
});

test("what is mended is measured once enough days are over", () => {
  expect(statusOf(state, false)).toBe("mended");
  expect(statusOf(state, true)).toBe("measured");
  expect(statusOf({ ...state, status: "told" }, true)).toBe("told");
});

test("the excess is told of a hundred", () => {
  const one = { outcome: "lost", effects: { lost: { excess: 0.802 } } } as unknown as FrictionRecord;
  expect(excessOf(one)).toEqual({ outcome: "lost", points: 80 });
  expect(excessOf({ ...one, outcome: null })).toBeNull();
});

test("money goes to minor units of its currency", () => {
  expect(minor(4923.4, "EUR")).toBe(492_300);
  expect(minor(4923.4, "JPY")).toBe(4923);
});
