/** Frictions, what is done about them, and the roadmap. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, body } from "./client";
import type { components } from "./schema";

export type FrictionsRecord = components["schemas"]["FrictionsRecord"];
export type FrictionRecord = components["schemas"]["FoundFriction"];
export type FrictionState = components["schemas"]["FrictionStateRecord"];
export type FrictionChange = components["schemas"]["FrictionChange"];
export type MeasuredRecord = components["schemas"]["MeasuredRecord"];
export type RoadmapRecord = components["schemas"]["RoadmapRecord"];
export type RoadmapChange = components["schemas"]["RoadmapChange"];

/** The server keeps the answer for ten minutes. */
const KEPT_MS = 600_000;
const STATES = ["frictions", "states"];
const ROADMAP = ["frictions", "roadmap"];

export function useFrictions() {
  return useQuery({ queryKey: ["frictions", "found"], queryFn: () => body(api.GET("/api/insight/frictions")), staleTime: KEPT_MS });
}

export function useFrictionStates() {
  return useQuery({ queryKey: STATES, queryFn: () => body(api.GET("/api/frictions")) });
}

export function useFrictionPeople(key: string | null) {
  return useQuery({
    queryKey: ["frictions", "people", key],
    queryFn: () => body(api.GET("/api/insight/frictions/people", { params: { query: { key: key ?? "", limit: 100 } } })),
    enabled: key !== null,
    staleTime: KEPT_MS,
  });
}

export function useFrictionExamples(key: string, may: boolean) {
  return useQuery({
    queryKey: ["frictions", "examples", key],
    queryFn: () => body(api.GET("/api/insight/frictions/examples/people", { params: { query: { key } } })),
    enabled: may,
    staleTime: KEPT_MS,
  });
}

export function useMeasured(key: string, mended: string | null) {
  return useQuery({
    queryKey: ["frictions", "measured", key, mended],
    queryFn: () => body(api.GET("/api/insight/frictions/measured", { params: { query: { key, mended: mended ?? "" } } })),
    enabled: mended !== null,
    staleTime: KEPT_MS,
  });
}

export function useChangeFriction() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (given: FrictionChange) => body(api.POST("/api/frictions", { body: given })),
    onSuccess: () => queries.invalidateQueries({ queryKey: STATES }),
  });
}

export function useRoadmap() {
  return useQuery({ queryKey: ROADMAP, queryFn: () => body(api.GET("/api/roadmap")) });
}

export function usePlan() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ id, item }: { id?: string; item: RoadmapChange | null }) =>
      id === undefined && item
        ? body(api.POST("/api/roadmap", { body: item }))
        : item
          ? body(api.PUT("/api/roadmap/{item_id}", { params: { path: { item_id: id ?? "" } }, body: item }))
          : body(api.DELETE("/api/roadmap/{item_id}", { params: { path: { item_id: id ?? "" } } })),
    onSuccess: (answer) => queries.setQueryData(ROADMAP, answer),
  });
}
