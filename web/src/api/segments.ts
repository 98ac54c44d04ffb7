/** Segments: the list, one, its people, how many a condition lets in, publishing. */
import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, body } from "./client";
import type { components } from "./schema";

export type SegmentLine = components["schemas"]["SegmentLine"];
export type SegmentPage = components["schemas"]["SegmentPage"];
export type Condition = Record<string, unknown>;

const SEGMENTS = ["segments"] as const;
const WAITING_MS = 2_000;
const SHOWN = 50;

export function useSegments() {
  return useQuery({
    queryKey: [...SEGMENTS, "list"],
    queryFn: () => body(api.GET("/api/insight/segments")),
    refetchInterval: (query) => (query.state.data?.segments.some((each) => !each.is_ready) ? WAITING_MS : false),
  });
}

export function useSegment(id: string) {
  return useQuery({
    queryKey: [...SEGMENTS, "one", id],
    queryFn: () => body(api.GET("/api/insight/segments/{segment}", { params: { path: { segment: id } } })),
    refetchInterval: (query) => (query.state.data && !query.state.data.line.is_ready ? WAITING_MS : false),
  });
}

export function useSegmentPeople(id: string) {
  return useInfiniteQuery({
    queryKey: [...SEGMENTS, "people", id],
    queryFn: ({ pageParam }) =>
      body(api.GET("/api/insight/segments/{segment}/people", { params: { path: { segment: id }, query: { after: pageParam, limit: SHOWN } } })),
    initialPageParam: "",
    getNextPageParam: (last) => last.next ?? undefined,
  });
}

/** How many a condition lets in; a question that is no longer asked is cancelled. */
export function useSegmentCount(condition: string | null) {
  return useQuery({
    queryKey: [...SEGMENTS, "count", condition],
    queryFn: ({ signal }) => body(api.GET("/api/insight/segments/count", { params: { query: { condition: condition ?? "" } }, signal })),
    enabled: condition !== null,
    placeholderData: keepPreviousData,
  });
}

export function useSegmentSample(condition: string | null) {
  return useQuery({
    queryKey: [...SEGMENTS, "sample", condition],
    queryFn: ({ signal }) => body(api.GET("/api/insight/segments/sample/people", { params: { query: { condition: condition ?? "", limit: 8 } }, signal })),
    enabled: condition !== null,
    placeholderData: keepPreviousData,
  });
}

export function useSegmentsOf(person: string) {
  return useQuery({
    queryKey: [...SEGMENTS, "of", person],
    queryFn: () => body(api.GET("/api/segments/of/{person_id}", { params: { path: { person_id: person } } })),
  });
}

export function usePublish() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (said: { id: string; name: Record<string, string>; condition: Condition; announce: boolean }) =>
      body(api.POST("/api/segments", { body: { ...said, kind: "live", identifiers: [], file: "" } })),
    onSuccess: () => client.invalidateQueries({ queryKey: SEGMENTS }),
  });
}

export function useArchive() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (segment: string) => body(api.DELETE("/api/segments/{segment}", { params: { path: { segment } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: SEGMENTS }),
  });
}
