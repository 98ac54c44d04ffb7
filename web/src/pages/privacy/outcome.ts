import type { PrivacyRequest } from "@/api/privacy";

/** What came of an erasure: how many events went, or why none did; null before it is done and of other requests. */
export function outcomeOf(one: Pick<PrivacyRequest, "subject_request_type" | "step" | "counts">): number | "nobody" | "shared" | null {
  if (one.subject_request_type !== "erasure" || one.step !== "done") return null;
  const { people = 0, shared = 0, log_events = 0 } = one.counts;
  if (people > 0) return log_events;
  return shared > 0 ? "shared" : "nobody";
}
