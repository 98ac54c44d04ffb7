/** The configuration in force: touchpoints, journeys, plays. It changes seldom. */
import { useQuery } from "@tanstack/react-query";
import { api, body } from "./client";
import type { components } from "./schema";

export type ConfigRecord = components["schemas"]["ConfigRecord"];
export type JourneyRecord = components["schemas"]["JourneyRecord"];

export function useConfig() {
  return useQuery({ queryKey: ["config"], queryFn: () => body(api.GET("/api/config")), staleTime: 300_000 });
}
