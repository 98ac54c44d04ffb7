/** The list of live events as a fold: what is shown, what waits while paused, what was missed. Pure. */
import type { components } from "@/api/schema";

export type LiveItem = components["schemas"]["LiveItem"];
export type LiveNews = components["schemas"]["LiveNews"];

const KEPT = 300;

export interface Feed {
  shown: readonly LiveItem[];
  waiting: readonly LiveItem[];
  paused: boolean;
  missed: number;
}

export const EMPTY_FEED: Feed = { shown: [], waiting: [], paused: false, missed: 0 };

export type FeedAction =
  | { type: "recent"; items: readonly LiveItem[] }
  | { type: "news"; news: LiveNews; verdict: string | undefined }
  | { type: "pause" }
  | { type: "resume" };

export function feed(state: Feed, action: FeedAction): Feed {
  switch (action.type) {
    case "recent":
      return { ...state, shown: newest(state.shown, action.items), waiting: [] };
    case "pause":
      return { ...state, paused: true };
    case "resume":
      return { ...state, paused: false, shown: newest(state.waiting, state.shown), waiting: [] };
    case "news":
      return withNews(state, action.news, action.verdict);
  }
}

function withNews(state: Feed, news: LiveNews, verdict: string | undefined): Feed {
  const fresh = news.items.filter((item) => !verdict || item.verdict === verdict).reverse();
  const placed = (items: readonly LiveItem[]) => withPlaces(items, news.places);
  const missed = state.missed + news.missed;
  if (state.paused) {
    return { ...state, missed, shown: placed(state.shown), waiting: placed(newest(fresh, state.waiting)) };
  }
  return { ...state, missed, shown: placed(newest(fresh, state.shown)) };
}

/** `ahead` before `behind`, each key once, no more than we keep. */
function newest(ahead: readonly LiveItem[], behind: readonly LiveItem[]): LiveItem[] {
  const seen = new Set<string>();
  const all: LiveItem[] = [];
  for (const item of [...ahead, ...behind]) {
    if (seen.has(item.key)) continue;
    seen.add(item.key);
    all.push(item);
    if (all.length === KEPT) break;
  }
  return all;
}

function withPlaces(items: readonly LiveItem[], places: LiveNews["places"]): readonly LiveItem[] {
  if (places.length === 0) return items;
  const bySeq = new Map(places.map((place) => [place.seq, place]));
  return items.map((item) => {
    const place = item.seq === null ? undefined : bySeq.get(item.seq);
    return place ? { ...item, place } : item;
  });
}
