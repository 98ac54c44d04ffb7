import { expect, it } from "vitest";
import { byKind } from "./byKind";

it("keeps uses of a kind together, in order", () => {
  const use = (kind: "kpi" | "play", id: string) => ({ kind, id, name: null });
  const told = byKind([use("play", "a"), use("kpi", "nps"), use("play", "b")]);
  expect(told.map(([kind, those]) => [kind, those.map((one) => one.id)])).toEqual([
    ["play", ["a", "b"]],
    ["kpi", ["nps"]],
  ]);
});
