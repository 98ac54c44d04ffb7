/** What a person allowed, with its proof, and the link to their own page. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { api, body } from "./client";
import type { components } from "./schema";

export type PersonConsents = components["schemas"]["PersonConsents"];
export type PurposeConsent = components["schemas"]["PurposeConsent"];
export type LedgerRecord = components["schemas"]["LedgerRecord"];

const POLL_MS = 5_000;

export function useConsents(id: string) {
  return useQuery({
    queryKey: ["person", id, "consents"],
    queryFn: () => body(api.GET("/api/people/{person_id}/consents", { params: { path: { person_id: id } } })),
    refetchInterval: POLL_MS,
  });
}

/** Asking for the link is written into the audit log. */
export function useOwnPageLink(id: string) {
  return useMutation({
    mutationFn: () => body(api.POST("/api/people/{person_id}/consents/link", { params: { path: { person_id: id } } })),
  });
}
