/** The editor of a KPI of the company's own: its fields as a definition (docs/kpis.md). Pure. */
import type { Written } from "@/api/kpis";

export const MEASURES = ["count", "share", "sum", "mean", "quantile"] as const;
export type Measure = (typeof MEASURES)[number];
export const OPERATORS = ["is", "is_not", "at_least", "at_most", "above", "below", "contains", "exists"] as const;
export type Operator = (typeof OPERATORS)[number];
export const UNITS = ["amount", "seconds", "score", "money"] as const;

/** One further condition on the event: a property against a value. */
export interface Clause {
  property: string;
  operator: Operator;
  value: string;
}

export interface Draft {
  kpi: string;
  it: string;
  en: string;
  measure: Measure;
  event: string;
  where: readonly Clause[];
  met: readonly Clause[];
  value: string;
  quantile: number;
  step: number;
  unit: (typeof UNITS)[number];
  currency: string;
  better: "higher" | "lower";
}

export const CLAUSE: Clause = { property: "", operator: "is", value: "" };
export const EMPTY: Draft = { kpi: "", it: "", en: "", measure: "count", event: "", where: [], met: [CLAUSE], value: "", quantile: 90, step: 1, unit: "amount", currency: "EUR", better: "higher" };

export function ofValues(measure: Measure): boolean {
  return measure === "sum" || measure === "mean" || measure === "quantile";
}

/** What can be counted already, under a name that may still change; null while something is missing. */
export function counted(draft: Draft): Written | null {
  const where = clauses(draft.where);
  const met = clauses(draft.met);
  if (!draft.event.trim() || !where || (draft.measure === "share" && !met?.length)) return null;
  if (ofValues(draft.measure) && !draft.value.trim()) return null;
  return {
    kpi: draft.kpi || "unnamed",
    name: { it: draft.it.trim() || "–", en: draft.en.trim() || "–" },
    measure: draft.measure,
    better: draft.better,
    events: joined([{ field: "name", is: draft.event.trim() }, ...where]),
    ...(draft.measure === "share" && met ? { met: joined(met) } : {}),
    ...(ofValues(draft.measure) ? { value: `properties.${draft.value.trim()}`, unit: draft.unit } : {}),
    ...(ofValues(draft.measure) && draft.unit === "money" ? { currency: draft.currency } : {}),
    ...(draft.measure === "quantile" ? { quantile: draft.quantile / 100, step: draft.step } : {}),
  };
}

/** Whether it has a name of its own and can be published. */
export function isNamed({ kpi, it, en }: Draft): boolean {
  return /^[a-z][a-z0-9_]{0,39}$/.test(kpi) && it.trim() !== "" && en.trim() !== "";
}

type Part = Record<string, unknown>;

function joined(parts: readonly Part[]): Part {
  const [only] = parts;
  return parts.length === 1 && only ? only : { all: parts };
}

/** Null when one is unfinished. */
function clauses(rows: readonly Clause[]): Part[] | null {
  const parts = rows.map(({ property, operator, value }) => {
    const read = operator === "exists" ? true : readValue(operator, value);
    return property.trim() && read !== null ? { field: `properties.${property.trim()}`, [operator]: read } : null;
  });
  return parts.every((part) => part !== null) ? parts : null;
}

/** A value as it was meant: a number where it is one, true and false, else text. */
function readValue(operator: Operator, value: string): string | number | boolean | null {
  const said = value.trim();
  if (!said) return null;
  if (operator === "contains") return said;
  if (said === "true" || said === "false") return said === "true";
  return Number.isFinite(Number(said)) ? Number(said) : said;
}
