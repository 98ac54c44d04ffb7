/** What the addresses of pages carry: every view and filter has a link. Unknown or malformed values are left out. */
import { ACTS, type Act } from "./pages/audit/acts";

type Raw = Record<string, unknown>;

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const MOMENT = /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/;

function word(raw: Raw, key: string): string | undefined {
  const value = raw[key];
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value !== "" ? value : undefined;
}

function oneOf<T extends string>(raw: Raw, key: string, allowed: readonly T[]): T | undefined {
  const value = word(raw, key);
  return allowed.find((each) => each === value);
}

function day(raw: Raw, key: string): string | undefined {
  const value = word(raw, key);
  return value && DAY.test(value) && !Number.isNaN(Date.parse(value)) ? value : undefined;
}

export interface Days {
  from?: string;
  to?: string;
}

/** A window only when both ends are there and in order. */
export function days(raw: Raw): Days {
  const from = day(raw, "from");
  const to = day(raw, "to");
  return from && to && from < to ? { from, to } : {};
}

/** Drops what is undefined, so that addresses stay short. */
export function compact<T extends object>(search: T): T {
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined)) as T;
}

export interface TodaySearch {
  mode?: "essential";
}
export const todaySearch = (raw: Raw): TodaySearch => compact({ mode: oneOf(raw, "mode", ["essential"]) });

export const LENSES = ["front", "experience", "back"] as const;
export type Lens = (typeof LENSES)[number];

export interface JourneySearch extends Days {
  journey?: string;
  compare?: "before";
  view?: "table";
  stage?: string;
  lens?: Lens;
}
export const journeySearch = (raw: Raw): JourneySearch =>
  compact({
    ...days(raw),
    journey: word(raw, "journey"),
    compare: oneOf(raw, "compare", ["before"]),
    view: oneOf(raw, "view", ["table"]),
    stage: word(raw, "stage"),
    lens: oneOf(raw, "lens", LENSES),
  });

export interface FrictionSearch {
  key?: string;
  /** Those too that are not shown to hurt. */
  all?: "1";
}
export const frictionSearch = (raw: Raw): FrictionSearch => compact({ key: word(raw, "key"), all: oneOf(raw, "all", ["1"]) });

export interface KpiSearch extends Days {
  by?: string;
  variant?: string;
  /** Each row beside the equally long time before. */
  than?: "before";
}
export const kpiSearch = (raw: Raw): KpiSearch =>
  compact({ ...days(raw), by: word(raw, "by"), variant: word(raw, "variant"), than: oneOf(raw, "than", ["before"]) });

export const PATH_STEPS = ["name", "touchpoint", "channel", "stage", "touchpoint_name"] as const;

/** A whole number within bounds. */
function whole(raw: Raw, key: string, least: number, most: number): number | undefined {
  const value = Number(raw[key] ?? Number.NaN);
  return Number.isInteger(value) && value >= least && value <= most ? value : undefined;
}

export interface PathsSearch extends Days {
  by?: (typeof PATH_STEPS)[number];
  per?: "session";
  once?: "1";
  /** Percent of the most frequent transition. */
  least?: number;
  pivot?: string;
  direction?: "before";
  steps?: number;
  every?: "1";
  order?: "1";
  journey?: string;
}
export const pathsSearch = (raw: Raw): PathsSearch =>
  compact({
    ...days(raw),
    by: oneOf(raw, "by", PATH_STEPS),
    per: oneOf(raw, "per", ["session"]),
    once: oneOf(raw, "once", ["1"]),
    least: whole(raw, "least", 0, 50),
    pivot: word(raw, "pivot"),
    direction: oneOf(raw, "direction", ["before"]),
    steps: whole(raw, "steps", 1, 10),
    every: oneOf(raw, "every", ["1"]),
    order: oneOf(raw, "order", ["1"]),
    journey: word(raw, "journey"),
  });

export interface FunnelSearch extends Days {
  step?: string[];
  days?: number;
  entry?: "first";
  without?: string;
  strict?: "1";
  by?: string;
}
export const funnelSearch = (raw: Raw): FunnelSearch =>
  compact({
    ...days(raw),
    step: Array.isArray(raw.step) ? raw.step.map(String).slice(0, 12) : undefined,
    days: whole(raw, "days", 1, 366),
    entry: oneOf(raw, "entry", ["first"]),
    without: word(raw, "without"),
    strict: oneOf(raw, "strict", ["1"]),
    by: word(raw, "by"),
  });

export interface RetentionSearch extends Days {
  period?: "month";
  first?: string;
  again?: string;
}
export const retentionSearch = (raw: Raw): RetentionSearch =>
  compact({ ...days(raw), period: oneOf(raw, "period", ["month"]), first: word(raw, "first"), again: word(raw, "again") });

export interface PeopleSearch extends Days {
  q?: string;
  journey?: string;
  stage?: string;
  touchpoint?: string;
  live?: "1";
}
export const peopleSearch = (raw: Raw): PeopleSearch =>
  compact({
    ...days(raw),
    q: word(raw, "q"),
    journey: word(raw, "journey"),
    stage: word(raw, "stage"),
    touchpoint: word(raw, "touchpoint"),
    live: oneOf(raw, "live", ["1"]),
  });

function moment(raw: Raw, key: string): string | undefined {
  const value = word(raw, key);
  return value && MOMENT.test(value) && !Number.isNaN(Date.parse(value)) ? value : undefined;
}

/** `at`: the timeline begins there, not now;  `event`: the message id of what is looked for there. */
export interface PersonSearch {
  channel?: string;
  show?: "events" | "ours";
  at?: string;
  event?: string;
}
export const personSearch = (raw: Raw): PersonSearch =>
  compact({ channel: word(raw, "channel"), show: oneOf(raw, "show", ["events", "ours"]), at: moment(raw, "at"), event: word(raw, "event") });

export const VERDICTS = ["accepted", "conflict", "quarantined", "suppressed"] as const;
export type ShownVerdict = (typeof VERDICTS)[number];
export interface LiveSearch {
  verdict?: ShownVerdict;
}
export const liveSearch = (raw: Raw): LiveSearch => compact({ verdict: oneOf(raw, "verdict", VERDICTS) });

/** Stands in addresses for items whose event has no readable name. */
export const UNNAMED = "-";
export interface QuarantineSearch {
  verdict?: "quarantined" | "conflict";
  reason?: string;
  source?: string;
  event?: string;
  state?: "replayed" | "dismissed";
  open?: "1";
}
export const quarantineSearch = (raw: Raw): QuarantineSearch =>
  compact({
    verdict: oneOf(raw, "verdict", ["quarantined", "conflict"]),
    reason: word(raw, "reason"),
    source: word(raw, "source"),
    event: word(raw, "event"),
    state: oneOf(raw, "state", ["replayed", "dismissed"]),
    open: oneOf(raw, "open", ["1"]),
  });

export interface QualitySearch {
  source?: string;
}
export const qualitySearch = (raw: Raw): QualitySearch => compact({ source: word(raw, "source") });

export interface PlanSearch {
  event?: string;
}
export const planSearch = (raw: Raw): PlanSearch => compact({ event: word(raw, "event") });

export interface TasksSearch {
  state?: "done";
}
export const tasksSearch = (raw: Raw): TasksSearch => compact({ state: oneOf(raw, "state", ["done"]) });

export interface InboxSearch {
  mail?: string;
}
export const inboxSearch = (raw: Raw): InboxSearch => compact({ mail: word(raw, "mail") });

export interface AuditSearch {
  act?: Act;
  actor?: string;
  person?: string;
  from?: string;
  to?: string;
}
/** Either end of the days may be open. */
export const auditSearch = (raw: Raw): AuditSearch =>
  compact({
    act: oneOf(raw, "act", ACTS),
    actor: word(raw, "actor"),
    person: word(raw, "person"),
    from: day(raw, "from"),
    to: day(raw, "to"),
  });

export interface PlaybookSearch {
  play?: string;
}
export const playbookSearch = (raw: Raw): PlaybookSearch => compact({ play: word(raw, "play") });

export interface IdentitySearch {
  a?: string;
  b?: string;
}
export const identitySearch = (raw: Raw): IdentitySearch => compact({ a: word(raw, "a"), b: word(raw, "b") });

export interface MatchesSearch {
  state?: "accepted" | "refused";
  kind?: "household";
}
export const matchesSearch = (raw: Raw): MatchesSearch =>
  compact({ state: oneOf(raw, "state", ["accepted", "refused"]), kind: oneOf(raw, "kind", ["household"]) });

export interface TouchpointsSearch extends Days {
  silent?: "shown";
}
export const touchpointsSearch = (raw: Raw): TouchpointsSearch => compact({ ...days(raw), silent: oneOf(raw, "silent", ["shown"]) });
