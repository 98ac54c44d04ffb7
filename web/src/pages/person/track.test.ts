import { describe, expect, it } from "vitest";
import type { JourneyRecord } from "@/api/config";
import { byDay, entering, stops } from "./track";

const stage = (id: string) => ({ id, name: { it: id, en: id }, phase: "before", entry: {} }) as JourneyRecord["stages"][number];
const journey = { id: "j", version: 1, name: {}, stages: ["a", "b", "c", "d"].map(stage) } as JourneyRecord;

describe("track", () => {
  it("marks what was opened, where they are, and what is ahead", () => {
    expect(stops(journey, "c", ["a", "c"]).map((each) => each.stop)).toEqual(["passed", "ahead", "here", "ahead"]);
  });
});

describe("entering", () => {
  const at = (id: string, stage: string | null) => ({ id, stage: stage ? { id: stage } : null });
  const line = [at("5", "buy"), at("4", null), at("3", "buy"), at("2", "look"), at("1", "look")];

  it("marks only what changed the stage", () => {
    expect([...entering(line, true)].sort()).toEqual(["1", "3"]);
  });

  it("does not judge the oldest one while there is more to load", () => {
    expect([...entering(line, false)]).toEqual(["3"]);
  });
});

describe("days", () => {
  it("group neighbours and keep the order", () => {
    expect(byDay(["1x", "1y", "2z"], (entry) => entry.slice(0, 1))).toEqual([
      { day: "1", entries: ["1x", "1y"] },
      { day: "2", entries: ["2z"] },
    ]);
  });
});
