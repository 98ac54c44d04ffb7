/** Where a person is on the line of a journey's stages. Pure. */
import type { JourneyRecord } from "@/api/config";

export type Stop = "passed" | "here" | "ahead";

/** Each stage of the journey, in order: the present one, those that were opened before, those not yet. */
export function stops(journey: JourneyRecord, here: string, passed: readonly string[]): { stage: JourneyRecord["stages"][number]; stop: Stop }[] {
  const opened = new Set(passed);
  return journey.stages.map((stage) => ({ stage, stop: stage.id === here ? "here" : opened.has(stage.id) ? "passed" : "ahead" }));
}

interface OnLine {
  id: string;
  stage?: { id: string } | null;
}

/**
 * The entries that brought the person into another stage than before. Entries come newest first; the oldest one loaded
 * counts only when nothing older is left, as what came before it is unknown.
 */
export function entering(entries: readonly OnLine[], whole: boolean): Set<string> {
  const ids = new Set<string>();
  let before: string | null = null;
  let known = whole;
  for (const entry of [...entries].reverse()) {
    if (!entry.stage) continue;
    if (known && entry.stage.id !== before) ids.add(entry.id);
    before = entry.stage.id;
    known = true;
  }
  return ids;
}

export interface Grouped<T> {
  day: string;
  entries: T[];
}

/** Entries under their civil day, in the order they came. */
export function byDay<T>(entries: readonly T[], dayOf: (entry: T) => string): Grouped<T>[] {
  const groups: Grouped<T>[] = [];
  for (const entry of entries) {
    const day = dayOf(entry);
    const last = groups.at(-1);
    if (last?.day === day) last.entries.push(entry);
    else groups.push({ day, entries: [entry] });
  }
  return groups;
}
