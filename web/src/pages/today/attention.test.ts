import { describe, expect, it } from "vitest";
import type { AttentionRecord, BoardRecord, KpiRecord, TileRecord } from "@/api/insight";
import type { Status } from "@/api/status";
import { wordsOf } from "@/i18n";
import { createFormat } from "@/i18n/format";
import { essential, sentence } from "./attention";

const words = wordsOf("en");
const f = createFormat("en", "Europe/Rome");
const window = { from: "2026-01-01", to: "2026-01-29" };
const row = (value: number, n = 100): KpiRecord => ({ kpi: "csat", definition: "csat@1", value, ci_low: value, ci_high: value, n, complete: true, window, by: {}, people: null, beside: {}, currency: null });
const tile = (now: number, clear: boolean, n = 100): TileRecord => ({
  kpi: "csat",
  definition: "csat@1",
  name: { it: "CSAT", en: "CSAT" },
  unit: "share",
  better: "higher",
  theme: "voice",
  now: row(now, n),
  before: row(0.8, n),
  difference: { value: now - 0.8, ci_low: -1, ci_high: 1, is_clear: clear },
  weeks: [],
  targets: [],
});
const board = (...tiles: TileRecord[]): BoardRecord => ({ today: "2026-01-29", window, tiles });
const status = (open: number, overdue: number) => ({ queues: { messages: {}, tasks_open: open, tasks_overdue: overdue, to_append: 0 } }) as unknown as Status;
const spike: AttentionRecord = { kind: "spike", subject: "late_delivery", severity: "high", params: { count: 42, of: 600, rate: 0.07, usual_rate: 0.015, ratio: 4.7, days: 7 }, p_value: 0.0001, link: "/journey" };
const said = (tiles: TileRecord[], items: AttentionRecord[], state: Status) => essential(board(...tiles), items, state, words, f).map((one) => [one.id, one.tone, one.to]);

describe("essential", () => {
  it("says three things, each with its way on", () => {
    expect(said([tile(0.6, true)], [spike], status(3, 1))).toEqual([
      ["kpi", "bad", "/kpis/csat"],
      ["trouble", "bad", "/journey"],
      ["people", "bad", "/tasks"],
    ]);
  });

  it("calls a change that may be chance steady", () => {
    const [first] = essential(board(tile(0.6, false)), [], status(0, 0), words, f);
    expect(first?.text).toBe(words.t("essential.steady"));
  });

  it("does not judge numbers that rest on a handful", () => {
    const [first] = essential(board(tile(0.2, true, 4)), [], status(0, 0), words, f);
    expect(first?.text).toContain("not enough data");
  });

  it("is content when nobody waits", () => {
    expect(said([], [], status(0, 0))[2]).toEqual(["people", "good", "/people"]);
  });
});

describe("attention", () => {
  it("fills its sentence with the figures in their unit", () => {
    expect(sentence(spike, words, f)).toBe("Late delivery: 7.0% in the last week (42 of 600), usually 1.5%");
    const counted = { ...spike, subject: "complaint", params: { count: 12, of: null, rate: 12, usual_rate: 4.5, ratio: 2.7, days: 7 } };
    expect(sentence(counted, words, f)).toBe("Complaint: 12 cases in the last week, usually 4.5");
    const worse: AttentionRecord = { ...spike, kind: "kpi_worse", subject: "csat", params: { value: 0.61, before: 0.8, unit: "share" } };
    expect(sentence(worse, words, f)).toBe("CSAT got worse: from 80.0% to 61.0%");
    const missed: AttentionRecord = { ...spike, kind: "target_missed", subject: "ours", params: { value: 0.61, target: 0.8, unit: "share", owner: "Ada", due: "2026-01-31", segment: null } };
    expect(sentence(missed, words, f, undefined, "Our own")).toBe("Our own did not meet its target: 61.0%, wanted was 80.0% by 31 Jan 2026 (Ada)");
  });
});
