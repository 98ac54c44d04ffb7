/** The closed list of acts. Pure. */
import type { components } from "@/api/schema";

export type Act = components["schemas"]["AuditRecord"]["act"];

/** Every act, by what it is about; in the order in which they are offered. */
const GROUP: Readonly<Record<Act, "people" | "access" | "data">> = {
  "person.read": "people",
  "people.listed": "people",
  "person.exported": "people",
  "person.erased": "people",
  "privacy.requested": "people",
  "privacy.confirmed": "people",
  "privacy.cancelled": "people",
  "privacy.erased": "people",
  "consent.changed_by_user": "people",
  "preferences.linked": "people",
  "identity.linked": "people",
  "identity.separated": "people",
  "identity.withdrawn": "people",
  "identity.rules_changed": "people",
  "identity.rules_applied": "people",
  "match.asked": "people",
  "match.decided": "people",
  "match.rule_changed": "people",
  "task.done": "people",
  "session.opened": "access",
  "session.refused": "access",
  "session.closed": "access",
  "user.created": "access",
  "password.set": "access",
  "key.created": "access",
  "key.revoked": "access",
  "plan.changed": "data",
  "quarantine.replayed": "data",
  "quarantine.dismissed": "data",
  "sql.queried": "data",
  "friction.changed": "data",
  "roadmap.changed": "data",
  "segment.published": "data",
  "segment.archived": "data",
  "segment.exported": "people",
  "kpi.target_set": "data",
  "kpi.target_dropped": "data",
  "kpi.published": "data",
  "kpi.retired": "data",
};
export const ACTS = Object.keys(GROUP) as Act[];
export const ACT_GROUPS = ["people", "access", "data"] as const;
export const actsOf = (group: (typeof ACT_GROUPS)[number]): Act[] => ACTS.filter((act) => GROUP[act] === group);
