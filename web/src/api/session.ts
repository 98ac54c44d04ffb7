/** Who is signed in, and signing in and out. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, body } from "./client";
import type { components } from "./schema";

export type SessionState = components["schemas"]["SessionState"];
export type Right = "insight" | "people" | "data" | "audit" | "keys";

export const SESSION = ["session"] as const;

export function useSession() {
  return useQuery({ queryKey: SESSION, queryFn: () => body(api.GET("/api/session")), staleTime: 60_000 });
}

/** Whether the person at the screen may do something; the server decides, this only hides what would be refused. */
export function useMay(right: Right): boolean {
  return useSession().data?.user?.rights.includes(right) ?? false;
}

export function useSignIn() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (given: { email: string; password: string }) => body(api.POST("/api/session", { body: given })),
    onSuccess: (state) => queries.setQueryData(SESSION, state),
  });
}

export function useSetUp() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (given: { token: string; email: string; password: string }) =>
      body(api.POST("/api/setup", { body: given })),
    onSuccess: (state) => queries.setQueryData(SESSION, state),
  });
}

/** The page begins anew: nothing of the old session stays on the screen or in memory. */
export function useSignOut() {
  return useMutation({
    mutationFn: () => body(api.DELETE("/api/session")),
    onSuccess: () => window.location.assign("/"),
  });
}
