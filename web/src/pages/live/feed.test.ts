import { describe, expect, it } from "vitest";
import { EMPTY_FEED, feed, type FeedAction, type LiveItem } from "./feed";

const item = (seq: number, verdict: LiveItem["verdict"] = "accepted"): LiveItem => ({
  key: `k${seq}`,
  seq,
  received_at: "2026-01-01T00:00:00Z",
  occurred_at: null,
  time_rule: null,
  source: "web",
  message_id: `m${seq}`,
  name: "Page Viewed",
  verdict,
  reason: null,
  detail: null,
  line: null,
  place: null,
});
type News = Extract<FeedAction, { type: "news" }>;
const news = (...items: LiveItem[]): News => ({ type: "news", news: { items, places: [], missed: 0 }, verdict: undefined });
const keys = (items: readonly LiveItem[]) => items.map((each) => each.key);

describe("live feed", () => {
  it("puts the newest first and shows each once", () => {
    let state = feed(EMPTY_FEED, { type: "recent", items: [item(2), item(1)] });
    state = feed(state, news(item(2), item(3), item(4)));
    expect(keys(state.shown)).toEqual(["k4", "k3", "k2", "k1"]);
  });

  it("keeps what comes while paused aside, and shows it on resume", () => {
    let state = feed(feed(EMPTY_FEED, news(item(1))), { type: "pause" });
    state = feed(state, news(item(2)));
    expect(keys(state.shown)).toEqual(["k1"]);
    expect(keys(state.waiting)).toEqual(["k2"]);
    state = feed(state, { type: "resume" });
    expect(keys(state.shown)).toEqual(["k2", "k1"]);
    expect(state.waiting).toEqual([]);
  });

  it("tells whose an event is once it is processed", () => {
    const state = feed(EMPTY_FEED, news(item(1)));
    const place = { seq: 1, person_id: "p", person_name: "Ada", touchpoint: null, robot: false };
    const told = feed(state, { type: "news", news: { items: [], places: [place], missed: 2 }, verdict: undefined });
    expect(told.shown[0]?.place).toEqual(place);
    expect(told.missed).toBe(2);
  });

  it("filters by verdict and keeps a bounded list", () => {
    const filtered = feed(EMPTY_FEED, { ...news(item(1), item(2, "quarantined")), verdict: "quarantined" });
    expect(keys(filtered.shown)).toEqual(["k2"]);
    const many = Array.from({ length: 900 }, (_, i) => item(i));
    expect(feed(EMPTY_FEED, news(...many)).shown).toHaveLength(300);
  });
});
