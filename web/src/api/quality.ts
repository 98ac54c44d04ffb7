/** Quality of the data: the leaks by events, and the people. */
import { useQuery } from "@tanstack/react-query";
import { api, body } from "./client";
import type { components } from "./schema";

export type QualityRecord = components["schemas"]["QualityRecord"];
export type LeakRecord = components["schemas"]["Leak"];
export type OriginRecord = components["schemas"]["Origin"];
export type QualityPeople = components["schemas"]["QualityPeople"];

export function useQuality() {
  return useQuery({
    queryKey: ["insight", "quality"],
    queryFn: () => body(api.GET("/api/insight/quality")),
    staleTime: 15_000,
    refetchInterval: 30_000,
  });
}

export function useQualityPeople() {
  return useQuery({
    queryKey: ["insight", "quality", "reach"],
    queryFn: () => body(api.GET("/api/insight/quality/reach")),
    staleTime: 60_000,
  });
}
