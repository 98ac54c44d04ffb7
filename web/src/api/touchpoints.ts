/** The inventory of touchpoints. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api, body } from "./client";
import type { components } from "./schema";
import type { Window } from "@/parts/period";

export type InventoryRow = components["schemas"]["InventoryRow"];
export type ProposedRecord = components["schemas"]["ProposedRecord"];
export type EffectRecord = components["schemas"]["EffectRecord"];
export type InventoryRecord = components["schemas"]["InventoryRecord"];

export function useTouchpoints(window: Window) {
  return useQuery({
    queryKey: ["insight", "touchpoints", window.from, window.to],
    queryFn: () => body(api.GET("/api/insight/touchpoints", { params: { query: { ...window } } })),
    staleTime: 60_000,
    placeholderData: keepPreviousData,
  });
}
