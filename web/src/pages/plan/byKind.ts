import type { UseRecord } from "@/api/plan";

/** Uses a kind at a time, in the order in which the kinds come. */
export function byKind(uses: readonly UseRecord[]): [UseRecord["kind"], UseRecord[]][] {
  const found = new Map<UseRecord["kind"], UseRecord[]>();
  for (const use of uses) found.set(use.kind, [...(found.get(use.kind) ?? []), use]);
  return [...found];
}
