/** The tracking plan and its drift. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, body } from "./client";
import type { components } from "./schema";

export type PlanRecord = components["schemas"]["PlanRecord"];
export type DriftRecord = components["schemas"]["DriftRecord"];
export type PlannedEvent = components["schemas"]["PlannedEvent"];

const PLAN = ["plan"] as const;

export function usePlan() {
  return useQuery({ queryKey: PLAN, queryFn: () => body(api.GET("/api/plan")), refetchInterval: 30_000 });
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
