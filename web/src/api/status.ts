/** How the server is doing: lag, verdicts, queues. One poll feeds every page. */
import { useQuery } from "@tanstack/react-query";
import { api, body } from "./client";
import type { components } from "./schema";

export type Status = components["schemas"]["Status"];

const POLL_MS = 2_000;

export function useStatus() {
  return useQuery({
    queryKey: ["status"],
    queryFn: () => body(api.GET("/api/status")),
    refetchInterval: POLL_MS,
    retry: false,
  });
}
