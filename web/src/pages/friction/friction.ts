/** What a friction is called and how it stands. Pure. */
import type { FrictionRecord, FrictionsRecord, FrictionState } from "@/api/frictions";

export type Status = "found" | "owned" | "mended" | "measured" | "told" | "dismissed";

export const SHOWN: readonly string[] = ["strong", "moderate", "weak"];

export const isShown = (one: FrictionRecord): boolean => SHOWN.includes(one.grade);

/** The status that is kept; without one nobody has it yet. */
export function stateOf(states: readonly FrictionState[] | undefined, key: string): FrictionState | null {
  return states?.find((each) => each.friction === key) ?? null;
}

/** A mended friction is measured by itself once enough days are over. */
export function statusOf(state: FrictionState | null, measured: boolean): Status {
  const status = (state?.status ?? "found") as Status;
  return status === "mended" && measured ? "measured" : status;
}

/** The excess of the outcome that is surest, in how many more of a hundred; null when there is none. */
export function excessOf(one: FrictionRecord): { outcome: string; points: number } | null {
  const effect = one.outcome ? one.effects[one.outcome] : undefined;
  return one.outcome && effect ? { outcome: one.outcome, points: Math.round(effect.excess * 100) } : null;
}

export function signalOf(found: FrictionsRecord, one: FrictionRecord) {
  return found.signals.find((each) => each.id === one.signal);
}

/** Major units, as the server gives them, to minor ones, as money is written. */
export function minor(value: number, currency: string): number {
  const digits = new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2;
  return Math.round(value) * 10 ** digits;
}
