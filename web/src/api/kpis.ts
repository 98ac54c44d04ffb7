/** What the company says of its KPIs: targets, and KPIs of its own. */
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, body } from "./client";
import type { components } from "./schema";

export type StandingRecord = components["schemas"]["StandingRecord"];
export type TargetBody = components["schemas"]["TargetBody"];
export type OwnKpiRecord = components["schemas"]["OwnKpiRecord"];
/** A KPI of the company's own as docs/kpis.md writes it. */
export type Written = Record<string, unknown>;

/** Everything that a target or a definition changes. */
const INSIGHT = ["insight"];
const OWN = ["insight", "kpis", "own"];

export function useTargets() {
  return useQuery({ queryKey: ["insight", "targets"], queryFn: () => body(api.GET("/api/insight/targets")) });
}

export function useSetTarget() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (target: TargetBody) => body(api.POST("/api/kpis/targets", { body: target })),
    onSuccess: () => client.invalidateQueries({ queryKey: INSIGHT }),
  });
}

export function useDropTarget() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ kpi, segment }: { kpi: string; segment: string | null }) =>
      body(api.DELETE("/api/kpis/targets/{kpi}", { params: { path: { kpi }, query: segment === null ? {} : { segment } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: INSIGHT }),
  });
}

export function useOwnKpis() {
  return useQuery({ queryKey: OWN, queryFn: () => body(api.GET("/api/kpis/own")) });
}

/** What a definition would say, as JSON; a question that is no longer asked is cancelled. */
export function useDraft(definition: string | null) {
  return useQuery({
    queryKey: [...OWN, "draft", definition],
    queryFn: ({ signal }) => body(api.GET("/api/insight/kpis/draft/value", { params: { query: { definition: definition ?? "" } }, signal })),
    enabled: definition !== null,
    placeholderData: keepPreviousData,
    retry: false,
  });
}

export function usePublishKpi() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (definition: Written) => body(api.POST("/api/kpis/own", { body: { definition } })),
    onSuccess: () => client.invalidateQueries({ queryKey: INSIGHT }),
  });
}

export function useRetireKpi() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (kpi: string) => body(api.DELETE("/api/kpis/own/{kpi}", { params: { path: { kpi } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: INSIGHT }),
  });
}
