/** One person: the screen and the timeline. Both follow the events as they are folded. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { api, body } from "./client";
import type { components } from "./schema";

export type PersonRecord = components["schemas"]["PersonRecord"];
export type PositionRecord = components["schemas"]["PositionRecord"];
export type EvidenceRecord = components["schemas"]["EvidenceRecord"];
export type DecisionRecord = components["schemas"]["DecisionRecord"];
export type EventEntry = components["schemas"]["EventEntry"];
export type DecisionEntry = components["schemas"]["DecisionEntry"];
export type Entry = EventEntry | DecisionEntry;

const POLL_MS = 3_000;
const PAGE = 40;

export function usePerson(id: string) {
  return useQuery({
    queryKey: ["person", id],
    queryFn: () => body(api.GET("/api/people/{person_id}", { params: { path: { person_id: id } } })),
    refetchInterval: POLL_MS,
  });
}

/** `at`: from there back; without, from now. */
export function useTimeline(id: string, channel: string | undefined, at: string | undefined) {
  return useInfiniteQuery({
    queryKey: ["person", id, "timeline", channel, at],
    queryFn: ({ pageParam }) =>
      body(
        api.GET("/api/people/{person_id}/timeline", {
          params: { path: { person_id: id }, query: pageParam === undefined ? { at, channel, limit: PAGE } : { before: pageParam, channel, limit: PAGE } },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_before ?? undefined,
    refetchInterval: (query) => (at || (query.state.data && query.state.data.pages.length > 1) ? false : POLL_MS * 2),
  });
}

const AT_ONCE = 5;

/** One event of a person, by its time and message id; null when it is not theirs any more. */
export function useEventOf(id: string, at: string, messageId: string, asked: boolean) {
  return useQuery({
    queryKey: ["event", id, at, messageId],
    queryFn: async () => {
      const page = await body(api.GET("/api/people/{person_id}/timeline", { params: { path: { person_id: id }, query: { at, limit: AT_ONCE } } }));
      return page.entries.find((entry): entry is EventEntry => entry.kind === "event" && entry.id === messageId) ?? null;
    },
    enabled: asked,
    staleTime: Infinity,
  });
}
