/** The rule that accepts pairs which are sure enough. */
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, body } from "./client";
import type { components } from "./schema";

export type Acceptance = components["schemas"]["AcceptanceRecord"];
export type MatchRuleVersion = components["schemas"]["MatchRuleRecord"];
export type Band = components["schemas"]["BandRecord"];

const RULE = ["identity", "matchRule"] as const;

export function useMatchRule() {
  return useQuery({ queryKey: RULE, queryFn: () => body(api.GET("/api/matches/rule")) });
}

export function useRulePreview(precision: number, shown: boolean) {
  return useQuery({
    queryKey: [...RULE, "preview", precision],
    queryFn: () => body(api.GET("/api/matches/rule/preview", { params: { query: { precision } } })),
    placeholderData: keepPreviousData,
    enabled: shown,
  });
}

export type RuleAct = { act: "put"; name: string; precision: number; on: boolean } | { act: "run" } | { act: "withdraw"; version: number };

export function useActOnRule() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (given: RuleAct) => {
      if (given.act === "put") return void (await body(api.PUT("/api/matches/rule", { body: { name: given.name, precision: given.precision, on: given.on } })));
      if (given.act === "run") return void (await body(api.POST("/api/matches/rule/run")));
      return void (await body(api.POST("/api/matches/rule/withdraw", { body: { version: given.version } })));
    },
    onSuccess: () => void queries.invalidateQueries({ queryKey: ["identity"] }),
  });
}
