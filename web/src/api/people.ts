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

export function useTimeline(id: string, channel: string | undefined) {
  return useInfiniteQuery({
    queryKey: ["person", id, "timeline", channel],
    queryFn: ({ pageParam }) =>
      body(
        api.GET("/api/people/{person_id}/timeline", {
          params: { path: { person_id: id }, query: { before: pageParam, channel, limit: PAGE } },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_before ?? undefined,
    refetchInterval: (query) => (query.state.data && query.state.data.pages.length > 1 ? false : POLL_MS * 2),
  });
}
