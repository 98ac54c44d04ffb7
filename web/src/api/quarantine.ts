/** The quarantine: groups of refused items, the items, and what rules would make of them. */
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, body } from "./client";
import type { components } from "./schema";

export type QuarantineGroup = components["schemas"]["QuarantineGroupRecord"];
export type Quarantined = components["schemas"]["QuarantinedRecord"];
export type Tried = components["schemas"]["TriedRecord"];
export type MendPreview = components["schemas"]["MendPreview"];
export type QuarantineState = Quarantined["state"];

/** Which items. `event`: empty for those without a readable name. */
export interface Which {
  verdict?: QuarantineGroup["verdict"];
  reason?: string;
  source?: string;
  event?: string;
}

export interface Mending {
  which: Which;
  rules: Record<string, unknown>[];
  act: boolean;
}

export function useQuarantineGroups(which: Which, state: QuarantineState) {
  return useQuery({
    queryKey: ["quarantine", "groups", which, state],
    queryFn: () => body(api.GET("/api/quarantine/groups", { params: { query: { ...which, state, limit: 200 } } })),
    refetchInterval: 15_000,
  });
}

export function useQuarantined(which: Which, state: QuarantineState) {
  return useInfiniteQuery({
    queryKey: ["quarantine", "items", which, state],
    initialPageParam: undefined as number | undefined,
    queryFn: ({ pageParam }) => body(api.GET("/api/quarantine", { params: { query: { ...which, state, before: pageParam, limit: 20 } } })),
    getNextPageParam: (page) => page.next ?? undefined,
  });
}

const mendBody = ({ which, rules, act }: Mending) => ({ chosen: { ...which, ids: [] }, rules, act });

export function usePreview() {
  return useMutation({ mutationFn: (mending: Mending) => body(api.POST("/api/quarantine/preview", { body: mendBody(mending) })) });
}

export function useReplay() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (mending: Mending) => body(api.POST("/api/quarantine/replay", { body: mendBody(mending) })),
    onSuccess: () => void queries.invalidateQueries({ queryKey: ["quarantine"] }),
  });
}

export function useDismiss() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (which: Which) => body(api.POST("/api/quarantine/dismiss", { body: { ...which, ids: [] } })),
    onSuccess: () => void queries.invalidateQueries({ queryKey: ["quarantine"] }),
  });
}
