/** The audit log: its acts, who has done something, and whether its chain is whole. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { api, body } from "./client";
import type { Act } from "@/pages/audit/acts";
import type { components } from "./schema";

export type AuditRecord = components["schemas"]["AuditRecord"];
export type AuditChain = components["schemas"]["AuditChain"];

/** Which acts. `from` and `to` are company-local days; `to` is the day after the last. */
export interface WhichActs {
  act?: Act;
  actor?: string;
  person?: string;
  from?: string;
  to?: string;
}

const PAGE = 50;

export function useActs(which: WhichActs) {
  return useInfiniteQuery({
    queryKey: ["audit", "acts", which],
    initialPageParam: undefined as number | undefined,
    queryFn: ({ pageParam }) => body(api.GET("/api/audit", { params: { query: { ...which, before: pageParam, limit: PAGE } } })),
    getNextPageParam: (page) => page.next ?? undefined,
  });
}

export function useActors() {
  return useQuery({ queryKey: ["audit", "actors"], queryFn: () => body(api.GET("/api/audit/actors")) });
}

export function useChain() {
  return useQuery({ queryKey: ["audit", "chain"], queryFn: () => body(api.GET("/api/audit/chain")) });
}

/** People by name or identifier, to choose one. The search is noted in the log like any other. */
export function usePeopleCalled(text: string) {
  return useQuery({
    queryKey: ["audit", "people", text],
    queryFn: () => body(api.GET("/api/people", { params: { query: { q: text, limit: 8 } } })),
    enabled: text !== "",
  });
}
