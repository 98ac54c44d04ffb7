/** Points of a small line with its band, in a box of `width` x `height`; gaps where nothing is known. Pure. */
export interface SparkPoint {
  value: number | null;
  low: number | null;
  high: number | null;
}

export interface Spark {
  /** One path per unbroken run of values. */
  line: string;
  band: string;
  last: { x: number; y: number } | null;
  dots: { x: number; y: number }[];
}

const PAD = 4;

export function spark(points: readonly SparkPoint[], width: number, height: number): Spark {
  const numbers = points.flatMap((p) => [p.value, p.low, p.high]).filter((v): v is number => v !== null);
  if (numbers.length === 0) return { line: "", band: "", last: null, dots: [] };
  const low = Math.min(...numbers);
  const span = Math.max(...numbers) - low || 1;
  const x = (i: number) => round(PAD + (i * (width - 2 * PAD)) / Math.max(1, points.length - 1));
  const y = (v: number) => round(height - PAD - ((v - low) / span) * (height - 2 * PAD));
  const runs = runsOf(points);
  const line = runs.map((run) => run.map(({ i, p }, k) => `${k ? "L" : "M"}${x(i)} ${y(p.value as number)}`).join("")).join("");
  const band = runs
    .filter((run) => run.length > 1 && run.every(({ p }) => p.low !== null && p.high !== null))
    .map((run) => {
      const top = run.map(({ i, p }, k) => `${k ? "L" : "M"}${x(i)} ${y(p.high as number)}`).join("");
      const back = [...run].reverse().map(({ i, p }) => `L${x(i)} ${y(p.low as number)}`);
      return `${top}${back.join("")}Z`;
    })
    .join("");
  const end = runs.at(-1)?.at(-1);
  const alone = runs.filter((run) => run.length === 1).flat();
  return {
    line,
    band,
    last: end ? { x: x(end.i), y: y(end.p.value as number) } : null,
    dots: alone.map(({ i, p }) => ({ x: x(i), y: y(p.value as number) })),
  };
}

interface Placed {
  i: number;
  p: SparkPoint;
}

function runsOf(points: readonly SparkPoint[]): Placed[][] {
  const runs: Placed[][] = [];
  let run: Placed[] = [];
  points.forEach((p, i) => {
    if (p.value === null) {
      if (run.length) runs.push(run);
      run = [];
    } else run.push({ i, p });
  });
  if (run.length) runs.push(run);
  return runs;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
