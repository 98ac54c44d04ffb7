/** Where each row's interval lies on one common axis, as shares of its width. Pure. */
import type { KpiRecord } from "@/api/insight";

export interface Span {
  low: number;
  at: number;
  high: number;
}

export interface Axis {
  min: number;
  max: number;
}

export function axisOf(rows: readonly KpiRecord[]): Axis {
  const ends = rows.flatMap((row) => [row.value, row.ci_low, row.ci_high]).filter((v): v is number => v !== null);
  if (ends.length === 0) return { min: 0, max: 1 };
  const min = Math.min(...ends);
  const max = Math.max(...ends);
  const air = (max - min || Math.abs(max) || 1) * 0.06;
  return { min: min - air, max: max + air };
}

export function spanOf(row: KpiRecord, axis: Axis): Span | null {
  if (row.value === null) return null;
  const place = (value: number) => (value - axis.min) / (axis.max - axis.min);
  return { low: place(row.ci_low ?? row.value), at: place(row.value), high: place(row.ci_high ?? row.value) };
}

/** Largest n first; rows without a name last. */
export function ordered(rows: readonly KpiRecord[], by: string): KpiRecord[] {
  return [...rows].sort((a, b) => Number(a.by[by] === null) - Number(b.by[by] === null) || b.n - a.n);
}
