/** The tracking plan and its drift. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, body } from "./client";
import type { components } from "./schema";

export type PlanRecord = components["schemas"]["PlanRecord"];
export type DriftRecord = components["schemas"]["DriftRecord"];
export type PlannedEvent = components["schemas"]["PlannedEvent"];

export type UsesRecord = components["schemas"]["UsesRecord"];
export type PropertyRecord = components["schemas"]["PropertyRecord"];
export type UseRecord = components["schemas"]["UseRecord"];

const PLAN = ["plan"] as const;

export function usePlan() {
  return useQuery({ queryKey: PLAN, queryFn: () => body(api.GET("/api/plan")), refetchInterval: 30_000 });
}

/** The properties that nobody uses. */
export function useUnused() {
  return useQuery({
    queryKey: [...PLAN, "uses", "unused"],
    queryFn: () => body(api.GET("/api/plan/uses", { params: { query: { unused: true } } })),
    staleTime: 60_000,
  });
}

/** The properties of one event, and who uses each. */
export function useUses(event: string) {
  return useQuery({
    queryKey: [...PLAN, "uses", event],
    queryFn: () => body(api.GET("/api/plan/uses", { params: { query: { event } } })),
    staleTime: 60_000,
  });
}

/** Makes the plan of one event anew from what was seen of it. */
export function useAddSeen() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (given: { event: string; accept: boolean }) =>
      body(api.POST("/api/plan/seen", { body: { events: [given.event], accept_breaking: given.accept } })),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: PLAN });
      void queries.invalidateQueries({ queryKey: ["insight", "quality"] });
    },
  });
}
