/** What people ask of their data: requests, and what became of them. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, body } from "./client";
import type { components } from "./schema";

export type PrivacyRequest = components["schemas"]["SubjectRequestRecord"];
export type PrivacyWish = components["schemas"]["SubjectRequest"];

const UNDER_WAY_MS = 2_000;
const QUIET_MS = 15_000;

export function usePrivacyRequests() {
  return useQuery({
    queryKey: ["privacy"],
    queryFn: () => body(api.GET("/api/privacy/requests", { params: { query: { limit: 100 } } })),
    refetchInterval: ({ state }) => (state.data?.requests.some((one) => one.request_status === "pending" || one.request_status === "in_progress") ? UNDER_WAY_MS : QUIET_MS),
  });
}

export function useAsk() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (wish: PrivacyWish) => body(api.POST("/api/privacy/requests", { body: wish })),
    onSuccess: () => void queries.invalidateQueries({ queryKey: ["privacy"] }),
  });
}

/** Says whom a request means that is unsure, or takes it back. */
export function useSettle() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ id, meant }: { id: string; meant: boolean }) => {
      const params = { path: { request_id: id } };
      return meant ? body(api.POST("/api/privacy/requests/{request_id}/confirm", { params })) : body(api.DELETE("/api/privacy/requests/{request_id}", { params }));
    },
    onSuccess: () => void queries.invalidateQueries({ queryKey: ["privacy"] }),
  });
}

/** Where a browser fetches a bundle or a receipt. */
export function bundlePath(id: string, format: "json" | "html", language: string): string {
  return `/api/privacy/requests/${id}/bundle?format=${format}&language=${language}`;
}

export function receiptPath(id: string): string {
  return `/api/privacy/requests/${id}/receipt`;
}
