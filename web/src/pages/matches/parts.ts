/** What two records say, side by side, and the steps of their evidence. Pure. */
import type { MatchRecord } from "@/api/identity";

export interface Compared {
  field: string;
  a: string | undefined;
  b: string | undefined;
  differs: boolean;
}

const FIELDS = ["given", "surname", "birth_date", "national_id", "email", "phone", "street", "house", "postcode", "town"] as const;

/** The fields that at least one of both says. */
export function comparedFields(match: MatchRecord): Compared[] {
  return FIELDS.map((field) => {
    const a = match.a.known[field];
    const b = match.b.known[field];
    return { field, a, b, differs: a !== undefined && b !== undefined && a !== b };
  }).filter((row) => row.a !== undefined || row.b !== undefined);
}

export interface Bar {
  name: string;
  weight: number;
  /** Where it begins and ends, in shares of the width. */
  from: number;
  to: number;
}

/** Each part begins where the one before ended; the last bar is the whole. */
export function bars(parts: MatchRecord["parts"], total: number): { bars: Bar[]; zero: number } {
  const ends = parts.reduce<number[]>((sums, part) => [...sums, (sums.at(-1) ?? 0) + part.weight], []);
  const low = Math.min(0, total, ...ends);
  const high = Math.max(0, total, ...ends);
  const at = (value: number) => (high === low ? 0 : (value - low) / (high - low));
  const steps = parts.map((part, index) => ({ name: part.name, weight: part.weight, from: at(index ? (ends[index - 1] ?? 0) : 0), to: at(ends[index] ?? 0) }));
  return { bars: [...steps, { name: "", weight: total, from: at(0), to: at(total) }], zero: at(0) };
}

/** A day as records compare it, `YYYYMMDD`, as a civil date. */
export const isoDay = (digits: string): string => digits.replace(/^(\d{4})(\d{2})(\d{2})$/, "$1-$2-$3");
