/** Questions to the analysis. Its answers change with the day's events, not with the second. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api, body } from "./client";
import type { components } from "./schema";
import type { Window } from "@/parts/period";

export type KpiRecord = components["schemas"]["KpiRecord"];
export type TileRecord = components["schemas"]["TileRecord"];
export type KpiAnswer = components["schemas"]["KpiAnswer"];
export type BoardRecord = components["schemas"]["BoardRecord"];
export type AttentionRecord = components["schemas"]["AttentionRecord"];
export type JourneyMapRecord = components["schemas"]["JourneyMapRecord"];
export type StageColumnRecord = components["schemas"]["StageColumnRecord"];

const FRESH_MS = 60_000;

export function useBoard() {
  return useQuery({
    queryKey: ["insight", "board"],
    queryFn: () => body(api.GET("/api/insight/board")),
    staleTime: FRESH_MS,
    refetchInterval: FRESH_MS,
  });
}

export function useAttention() {
  return useQuery({
    queryKey: ["insight", "attention"],
    queryFn: () => body(api.GET("/api/insight/attention")),
    staleTime: FRESH_MS,
    refetchInterval: FRESH_MS,
  });
}

export function useKpiList() {
  return useQuery({ queryKey: ["insight", "kpis"], queryFn: () => body(api.GET("/api/insight/kpis")), staleTime: Infinity });
}

export function useKpi(name: string, by: string | null, window: Window) {
  return useQuery({
    queryKey: ["insight", "kpi", name, by, window.from, window.to],
    queryFn: () =>
      body(
        api.GET("/api/insight/kpis/{name}", {
          params: { path: { name }, query: { ...window, ...(by ? { by: [by] } : {}) } },
        }),
      ),
    staleTime: FRESH_MS,
  });
}

export function useJourneyMap(journey: string | undefined, window: Window) {
  return useQuery({
    queryKey: ["insight", "map", journey, window.from, window.to],
    queryFn: () =>
      body(api.GET("/api/insight/journeys/{journey}/map", { params: { path: { journey: journey ?? "" }, query: { ...window } } })),
    enabled: journey !== undefined,
    staleTime: 20_000,
    refetchInterval: 20_000,
    placeholderData: keepPreviousData,
  });
}
