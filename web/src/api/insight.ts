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
export type MapComparisonRecord = components["schemas"]["MapComparisonRecord"];
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

/** Every variant of every KPI, in full. */
export function useDefinitions() {
  return useQuery({
    queryKey: ["insight", "kpis", "variants"],
    queryFn: () => body(api.GET("/api/insight/kpis", { params: { query: { variants: true } } })),
    staleTime: Infinity,
  });
}

export interface KpiOptions {
  variant?: string;
  /** Other days that each row is compared with. */
  than?: Window;
}

export function useKpi(name: string, by: string | null, window: Window, { variant, than }: KpiOptions = {}) {
  return useQuery({
    queryKey: ["insight", "kpi", name, by, window.from, window.to, variant, than?.from, than?.to],
    queryFn: () =>
      body(
        api.GET("/api/insight/kpis/{name}", {
          params: {
            path: { name },
            query: {
              ...window,
              ...(by ? { by: [by] } : {}),
              ...(variant ? { variant } : {}),
              ...(than ? { compare_from: than.from, compare_to: than.to } : {}),
            },
          },
        }),
      ),
    staleTime: FRESH_MS,
    placeholderData: keepPreviousData,
  });
}

/** A group of a dimension; `value` null: of what does not say. */
export interface KpiGroup {
  by: string;
  value: string | null;
}

export function useKpiPeople(name: string, window: Window, variant: string | undefined, group: KpiGroup | null, open: boolean) {
  return useQuery({
    queryKey: ["insight", "kpi", name, "people", window.from, window.to, variant, group?.by, group?.value],
    queryFn: () =>
      body(
        api.GET("/api/insight/kpis/{name}/people", {
          params: {
            path: { name },
            query: {
              ...window,
              limit: 200,
              ...(variant ? { variant } : {}),
              ...(group ? { by: group.by, ...(group.value === null ? {} : { value: group.value }) } : {}),
            },
          },
        }),
      ),
    enabled: open,
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

/** A map against that of the equally long time before. */
export function useMapComparison(journey: string, window: Window) {
  return useQuery({
    queryKey: ["insight", "map", "compared", journey, window.from, window.to],
    queryFn: () => body(api.GET("/api/insight/journeys/{journey}/compare", { params: { path: { journey }, query: { ...window } } })),
    staleTime: FRESH_MS,
  });
}
