/** Questions about paths, funnels and retention. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api, body } from "./client";
import type { components, paths } from "./schema";
import type { Window } from "@/parts/period";

export type TransitionsRecord = components["schemas"]["TransitionsRecord"];
export type VariantsRecord = components["schemas"]["VariantsRecord"];
export type HopsRecord = components["schemas"]["HopsRecord"];
export type AroundRecord = components["schemas"]["AroundRecord"];
export type FunnelRecord = components["schemas"]["FunnelRecord"];
export type RetentionRecord = components["schemas"]["RetentionRecord"];
export type PeopleBehind = components["schemas"]["StagePeople"];

const FRESH_MS = 60_000;

type Query<P extends keyof paths> = paths[P] extends { get: { parameters: { query?: infer Q } } } ? NonNullable<Q> : never;

export interface PathChoice {
  by: string;
  per: "person" | "session";
  once: boolean;
}

export interface AroundChoice {
  pivot: string;
  direction: "before" | "after";
  columns: number;
  every: boolean;
}

export function useSteps(by: string) {
  return useQuery({
    queryKey: ["paths", "steps", by],
    queryFn: () => body(api.GET("/api/insight/paths/steps", { params: { query: { by } } })),
    staleTime: FRESH_MS,
  });
}

export function useTransitions(choice: PathChoice, window: Window) {
  return useQuery({
    queryKey: ["paths", "transitions", choice, window],
    queryFn: () => body(api.GET("/api/insight/paths/transitions", { params: { query: { ...choice, ...window } } })),
    staleTime: FRESH_MS,
    placeholderData: keepPreviousData,
  });
}

export function useVariants(choice: PathChoice, window: Window) {
  return useQuery({
    queryKey: ["paths", "variants", choice, window],
    queryFn: () => body(api.GET("/api/insight/paths/variants", { params: { query: { ...choice, ...window, limit: 12 } } })),
    staleTime: FRESH_MS,
    placeholderData: keepPreviousData,
  });
}

export function useHops(window: Window, sameOrder: boolean) {
  return useQuery({
    queryKey: ["paths", "hops", window, sameOrder],
    queryFn: () => body(api.GET("/api/insight/paths/hops", { params: { query: { ...window, same_order: sameOrder } } })),
    staleTime: FRESH_MS,
    placeholderData: keepPreviousData,
  });
}

export function useConformance(journey: string | undefined, window: Window) {
  return useQuery({
    queryKey: ["paths", "conformance", journey, window],
    queryFn: () => body(api.GET("/api/insight/paths/conformance/{journey}", { params: { path: { journey: journey ?? "" }, query: { ...window } } })),
    enabled: journey !== undefined,
    staleTime: FRESH_MS,
    placeholderData: keepPreviousData,
  });
}

export function useAround(choice: PathChoice, window: Window, asked: AroundChoice) {
  return useQuery({
    queryKey: ["paths", "around", choice, window, asked],
    queryFn: () => body(api.GET("/api/insight/paths/around", { params: { query: { ...choice, ...window, ...asked, top: 6 } } })),
    enabled: asked.pivot !== "",
    staleTime: FRESH_MS,
    placeholderData: keepPreviousData,
  });
}

export type FunnelQuery = Query<"/api/insight/funnels">;

export function useFunnel(query: FunnelQuery) {
  return useQuery({
    queryKey: ["paths", "funnel", query],
    queryFn: () => body(api.GET("/api/insight/funnels", { params: { query } })),
    enabled: query.step.length >= 2,
    staleTime: FRESH_MS,
    placeholderData: keepPreviousData,
  });
}

export type RetentionQuery = Query<"/api/insight/retention">;

export function useRetention(query: RetentionQuery) {
  return useQuery({
    queryKey: ["paths", "retention", query],
    queryFn: () => body(api.GET("/api/insight/retention", { params: { query } })),
    staleTime: FRESH_MS,
    placeholderData: keepPreviousData,
  });
}

/** Which people are asked for: a figure of one of the questions. */
export type Behind =
  | { of: "transition"; query: Query<"/api/insight/paths/transitions/people"> }
  | { of: "variant"; query: Query<"/api/insight/paths/variants/people"> }
  | { of: "hop"; query: Query<"/api/insight/paths/hops/people"> }
  | { of: "around"; query: Query<"/api/insight/paths/around/people"> }
  | { of: "conformance"; journey: string; query: Query<"/api/insight/paths/conformance/{journey}/people"> }
  | { of: "funnel"; query: Query<"/api/insight/funnels/people"> }
  | { of: "retention"; query: Query<"/api/insight/retention/people"> };

export function useBehind(behind: Behind | null) {
  return useQuery({ queryKey: ["paths", "behind", behind], queryFn: () => ask(behind as Behind), enabled: behind !== null });
}

function ask(behind: Behind): Promise<PeopleBehind> {
  switch (behind.of) {
    case "transition":
      return body(api.GET("/api/insight/paths/transitions/people", { params: { query: { ...behind.query, limit: 200 } } }));
    case "variant":
      return body(api.GET("/api/insight/paths/variants/people", { params: { query: { ...behind.query, limit: 200 } } }));
    case "hop":
      return body(api.GET("/api/insight/paths/hops/people", { params: { query: { ...behind.query, limit: 200 } } }));
    case "around":
      return body(api.GET("/api/insight/paths/around/people", { params: { query: { ...behind.query, limit: 200 } } }));
    case "conformance":
      return body(
        api.GET("/api/insight/paths/conformance/{journey}/people", { params: { path: { journey: behind.journey }, query: { ...behind.query, limit: 200 } } }),
      );
    case "funnel":
      return body(api.GET("/api/insight/funnels/people", { params: { query: { ...behind.query, limit: 200 } } }));
    case "retention":
      return body(api.GET("/api/insight/retention/people", { params: { query: { ...behind.query, limit: 200 } } }));
  }
}
