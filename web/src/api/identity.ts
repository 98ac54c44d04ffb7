/** Who is who: evidence, decisions, rules, households and proposed matches. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, body } from "./client";
import type { components } from "./schema";

type Schemas = components["schemas"];
export type IdentifierName = Schemas["IdentifierName"];
export type PersonIdentity = Schemas["PersonIdentityRecord"];
export type Evidenced = Schemas["EvidencedIdentifier"];
export type SeenTogether = Schemas["SeenTogether"];
export type Decided = Schemas["DecidedRecord"];
export type WhyRecord = Schemas["WhyRecord"];
export type RulesState = Schemas["RulesState"];
export type PreviewRecord = Schemas["PreviewRecord"];
export type PreviewGroup = Schemas["PreviewGroup"];
export type WarningList = Schemas["WarningList"];
export type SharedRecord = Schemas["SharedRecord"];
export type MatchRecord = Schemas["MatchRecord"];
export type DecisionKind = Decided["kind"];

/** The rules as docs/identity.md writes them. */
export interface Rules {
  claims: "hold" | "attach";
  classes: Record<string, string>;
  limits: Record<string, number>;
  blocked: string[];
  domains: string[];
  region: string;
  burst: number;
}

const POLL_MS = 3_000;
const IDENTITY = ["identity"] as const;

/** An identifier as the API takes it in an address. */
export const written = (one: IdentifierName) => `${one.claimed ? "~" : ""}${one.kind}:${one.value}`;

export function usePersonIdentity(id: string) {
  return useQuery({
    queryKey: ["person", id, "identity"],
    queryFn: () => body(api.GET("/api/people/{person_id}/identity", { params: { path: { person_id: id } } })),
    refetchInterval: POLL_MS,
  });
}

export function useWhy(a: string, b: string, asked: boolean) {
  return useQuery({
    queryKey: [...IDENTITY, "why", a, b],
    queryFn: () => body(api.GET("/api/identity/why", { params: { query: { a, b } } })),
    enabled: asked,
    retry: false,
  });
}

export function useDecide() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (given: { kind: DecisionKind; a: IdentifierName; b: IdentifierName; why: string }) =>
      body(api.POST("/api/identity/decisions", { body: given })),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ["person"] });
      void queries.invalidateQueries({ queryKey: IDENTITY });
    },
  });
}

export function useWarnings() {
  return useQuery({ queryKey: [...IDENTITY, "warnings"], queryFn: () => body(api.GET("/api/identity/warnings")), staleTime: 30_000 });
}

export function useHouseholds() {
  return useQuery({ queryKey: [...IDENTITY, "households"], queryFn: () => body(api.GET("/api/households", { params: { query: { limit: 100 } } })) });
}

export function isApplying(state: RulesState | undefined): boolean {
  return state?.applying?.state === "asked" || state?.applying?.state === "running";
}

export function useRules() {
  return useQuery({
    queryKey: [...IDENTITY, "rules"],
    queryFn: () => body(api.GET("/api/identity/rules")),
    refetchInterval: (query) => (isApplying(query.state.data) ? 1_000 : 15_000),
  });
}

export function usePreview() {
  return useMutation({
    mutationFn: (rules: Rules) => body(api.POST("/api/identity/preview", { body: { rules: { ...rules } } })),
  });
}

/** Wants the rules, then asks for them to be put in force. */
export function useApplyRules() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (rules: Rules) => {
      await body(api.PUT("/api/identity/rules", { body: { rules: { ...rules } } }));
      return body(api.POST("/api/identity/apply"));
    },
    onSuccess: (state) => {
      queries.setQueryData([...IDENTITY, "rules"], state);
      void queries.invalidateQueries({ queryKey: IDENTITY });
    },
  });
}

export type MatchState = "open" | "accepted" | "refused";
export type MatchKind = "person" | "household";
export type MatchVerdict = "accept" | "refuse" | "never" | "reopen";

export function useMatches(state: MatchState, kind: MatchKind, limit: number) {
  return useQuery({
    queryKey: [...IDENTITY, "matches", state, kind, limit],
    queryFn: () => body(api.GET("/api/matches", { params: { query: { state, kind, limit } } })),
    placeholderData: (before, query) => (query?.queryKey[2] === state && query.queryKey[3] === kind ? before : undefined),
  });
}

export function useDecideMatch() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (given: { a: string; b: string; verdict: MatchVerdict }) =>
      body(api.POST("/api/matches/decisions", { body: { node_a: given.a, node_b: given.b, verdict: given.verdict, why: "" } })),
    onSuccess: () => void queries.invalidateQueries({ queryKey: IDENTITY }),
  });
}
