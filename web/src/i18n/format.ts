/** Numbers, times and money as people of a language read them, in the company's time zone. Pure. */
import type { Language } from "./dictionary";

const LOCALE: Record<Language, string> = { it: "it-IT", en: "en-GB" };
const MINUS = "\u2212";

export type Format = ReturnType<typeof createFormat>;

/** Times come as ISO text, epoch micros or a Date. */
export type Moment = string | number | Date;

export function toDate(moment: Moment): Date {
  if (moment instanceof Date) return moment;
  return typeof moment === "number" ? new Date(moment / 1000) : new Date(moment);
}

const STEPS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_557_600],
  ["month", 2_629_800],
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
];

/** The largest unit that fits, and how many of it, signed. */
export function relativeStep(seconds: number): [number, Intl.RelativeTimeFormatUnit] {
  const size = Math.abs(seconds);
  for (const [unit, length] of STEPS) {
    if (size >= length) return [Math.trunc(seconds / length), unit];
  }
  return [0, "second"];
}

export function createFormat(language: Language, zone: string) {
  const locale = LOCALE[language];
  const number = (options: Intl.NumberFormatOptions) => new Intl.NumberFormat(locale, { useGrouping: "always", ...options } as Intl.NumberFormatOptions);
  const whole = number({ maximumFractionDigits: 0 });
  const compact = number({ notation: "compact", maximumFractionDigits: 1 });
  const time = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, { timeZone: zone, ...options });
  const civil = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, { timeZone: "UTC", ...options });
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  const minus = (text: string) => text.replace(/^-/, MINUS);

  const decimal = (value: number, digits = 1) =>
    minus(number({ minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value));

  const duration = (seconds: number): string => {
    const s = Math.round(seconds);
    if (Math.abs(s) < 90) return `${whole.format(s)} s`;
    if (Math.abs(s) < 5400) return `${Math.floor(s / 60)} min${s % 60 ? ` ${s % 60} s` : ""}`;
    if (Math.abs(s) < 172_800) return `${Math.floor(s / 3600)} h${Math.floor((s % 3600) / 60) ? ` ${Math.floor((s % 3600) / 60)} min` : ""}`;
    const days = Math.round(s / 86_400);
    return number({ style: "unit", unit: "day", unitDisplay: "long", maximumFractionDigits: 0 }).format(days);
  };

  return {
    whole: (value: number) => minus(whole.format(value)),
    compact: (value: number) => minus(compact.format(value)),
    decimal,
    percent: (share: number, digits = 1) =>
      minus(number({ style: "percent", minimumFractionDigits: digits, maximumFractionDigits: digits }).format(share)),
    signed: (value: number, digits = 1) => {
      const text = decimal(Math.abs(value), digits);
      if (Number(Math.abs(value).toFixed(digits)) === 0) return text;
      return value > 0 ? `+${text}` : `${MINUS}${text}`;
    },
    duration,
    /** `minor` units of an ISO currency. */
    money: (minor: number, currency: string) => {
      const digits = new Intl.NumberFormat(locale, { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2;
      return minus(number({ style: "currency", currency }).format(minor / 10 ** digits));
    },
    list: (words: readonly string[]) => new Intl.ListFormat(locale, { type: "conjunction" }).format(words),
    moment: (at: Moment) => time({ day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" }).format(toDate(at)),
    full: (at: Moment) => time({ dateStyle: "full", timeStyle: "medium" }).format(toDate(at)),
    day: (at: Moment) => time({ day: "numeric", month: "short", year: "numeric" }).format(toDate(at)),
    dayHeading: (at: Moment) => time({ weekday: "long", day: "numeric", month: "long", year: "numeric" }).format(toDate(at)),
    clock: (at: Moment) => time({ hour: "2-digit", minute: "2-digit" }).format(toDate(at)),
    clockSeconds: (at: Moment) => time({ hour: "2-digit", minute: "2-digit", second: "2-digit" }).format(toDate(at)),
    /** A civil date `YYYY-MM-DD`, which has no zone. */
    date: (iso: string) => civil({ day: "numeric", month: "short", year: "numeric" }).format(new Date(`${iso}T00:00:00Z`)),
    shortDate: (iso: string) => civil({ day: "numeric", month: "short" }).format(new Date(`${iso}T00:00:00Z`)),
    /** The civil day a moment falls on, `YYYY-MM-DD`, to group by. */
    civilDay: (at: Moment) => new Intl.DateTimeFormat("en-CA", { timeZone: zone }).format(toDate(at)),
    ago: (at: Moment, now: Moment) => {
      const ahead = (toDate(at).getTime() - toDate(now).getTime()) / 1000;
      // What has just happened by the server's clock may lie a moment ahead by ours.
      const [count, unit] = relativeStep(ahead > 0 && ahead < 60 ? 0 : ahead);
      return relative.format(count, unit);
    },
    /** A length of time in its largest unit, e.g. "3 weeks". */
    length: (seconds: number) => {
      const [count, unit] = relativeStep(Math.abs(seconds));
      return number({ style: "unit", unit, unitDisplay: "long", maximumFractionDigits: 0 }).format(count);
    },
  };
}
