/** By how much a count moved, as a share of what it was; null when there was nothing to compare with. */
export function change(now: number, before: number): number | null {
  return before === 0 ? null : now / before - 1;
}
