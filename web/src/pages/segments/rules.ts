/** The rules of the builder as a condition (docs/segments.md). Pure. */
import type { Condition } from "@/api/segments";

export type RuleKind = "did" | "didNot" | "trait" | "segment";
export const KINDS: readonly RuleKind[] = ["did", "didNot", "trait", "segment"];

/** One row: `name` is the event, the trait or the segment; `days` null is all time. */
export interface Rule {
  kind: RuleKind;
  name: string;
  times: number;
  days: number | null;
  value: string;
}

export const FRESH: Rule = { kind: "did", name: "", times: 1, days: 30, value: "" };

/** The condition of one row; null while it is not finished. */
export function conditionOf(rule: Rule): Condition | null {
  const { kind, name, times, days, value } = rule;
  if (!name.trim()) return null;
  const lately = days === null ? {} : { last_days: days };
  if (kind === "did") return { event: name, ...lately, count: { at_least: times } };
  if (kind === "didNot") return { event: name, ...lately, count: { is: 0 } };
  if (kind === "segment") return { segment: name };
  return value.trim() ? { field: `person.traits.${name}`, is: value } : null;
}

/** All rows together; null while one is not finished. */
export function joined(join: "all" | "any", rules: readonly Rule[]): Condition | null {
  const parts = rules.map(conditionOf);
  return parts.length > 0 && parts.every((part) => part !== null) ? { [join]: parts } : null;
}
