/** The cumulated net by days of work, as a step line with its band. Pure. */
import type { RoadmapRecord } from "@/api/frictions";

export interface Curve {
  line: string;
  band: string;
  /** Where nought lies. */
  zero: number;
  points: readonly { x: number; y: number }[];
}

type Step = Pick<RoadmapRecord["steps"][number], "day" | "total_net" | "total_low" | "total_high">;

/** Into a box of this size; the first point is the beginning, with nothing done. */
export function curve(steps: readonly Step[], width: number, height: number): Curve {
  const rows = [{ day: 0, total_net: 0, total_low: 0, total_high: 0 }, ...steps];
  const last = Math.max(rows.at(-1)?.day ?? 0, 1e-9);
  const low = Math.min(...rows.map((row) => row.total_low));
  const high = Math.max(...rows.map((row) => row.total_high), low + 1e-9);
  const x = (day: number) => round((day / last) * width);
  const y = (value: number) => round(height - ((value - low) / (high - low)) * height);
  const path = (key: "total_net" | "total_low" | "total_high") => rows.map((row) => `${x(row.day)},${y(row[key])}`);
  return {
    line: path("total_net").join(" "),
    band: [...path("total_high"), ...path("total_low").reverse()].join(" "),
    zero: y(0),
    points: rows.slice(1).map((row) => ({ x: x(row.day), y: y(row.total_net) })),
  };
}

const round = (value: number) => Math.round(value * 10) / 10;
