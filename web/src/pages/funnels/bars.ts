/** The bars of a funnel, as shares of the first step. Pure. */
import type { FunnelRecord } from "@/api/paths";

export interface Bar {
  reached: number;
  /** Who can still come, beside those who did. */
  open: number;
  /** The interval of the share of all, of those decided; none for the first step. */
  low: number | null;
  high: number | null;
}

export function barsOf(steps: readonly FunnelRecord["groups"][number]["steps"][number][]): Bar[] {
  const first = steps[0]?.reached ?? 0;
  const share = (n: number) => (first ? n / first : 0);
  return steps.map((step, at) => ({
    reached: share(step.reached),
    open: share(step.open),
    low: at === 0 ? null : step.of_first.ci_low,
    high: at === 0 ? null : step.of_first.ci_high,
  }));
}
