/** Comparing everybody: asking for it, and how far it is. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { api, body } from "./client";
import type { components } from "./schema";

export type MatchRound = components["schemas"]["MatchRoundRecord"];

const ROUND = ["identity", "matchRound"] as const;
const WATCH_MS = 1_000;

export const isUnderWay = (round: MatchRound | undefined): boolean => round?.state === "asked" || round?.state === "reading" || round?.state === "comparing";

/** The last round, watched while it is under way; when it ends the pairs are asked for again. */
export function useMatchRound() {
  const queries = useQueryClient();
  const round = useQuery({
    queryKey: ROUND,
    queryFn: () => body(api.GET("/api/matches/round")),
    refetchInterval: (query) => (isUnderWay(query.state.data) ? WATCH_MS : false),
  });
  const underWay = isUnderWay(round.data);
  const before = useRef(underWay);
  useEffect(() => {
    if (before.current && !underWay) void queries.invalidateQueries({ queryKey: ["identity"] });
    before.current = underWay;
  }, [underWay, queries]);
  return round;
}

export function useAskMatchRound() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => body(api.POST("/api/matches/round")),
    onSuccess: (round) => queries.setQueryData(ROUND, round),
  });
}
