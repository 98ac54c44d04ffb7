/** Every text of the interface, Italian and English side by side, so that neither can be forgotten. */
import { audit } from "./words/audit";
import { consents } from "./words/consents";
import { engage } from "./words/engage";
import { events } from "./words/events";
import { friction } from "./words/friction";
import { identity } from "./words/identity";
import { journey } from "./words/journey";
import { touchpoints } from "./words/touchpoints";
import { kpi } from "./words/kpi";
import { live } from "./words/live";
import { paths } from "./words/paths";
import { people } from "./words/people";
import { plan } from "./words/plan";
import { privacy } from "./words/privacy";
import { quarantine } from "./words/quarantine";
import { quality } from "./words/quality";
import { segments } from "./words/segments";
import { settings } from "./words/settings";
import { shell } from "./words/shell";
import { today } from "./words/today";
import { uses } from "./words/uses";
import { vocabulary } from "./words/vocabulary";

export const dictionary = {
  ...shell,
  ...vocabulary,
  ...events,
  ...today,
  ...journey,
  ...touchpoints,
  ...kpi,
  ...people,
  ...paths,
  ...friction,
  ...identity,
  ...live,
  ...quarantine,
  ...quality,
  ...plan,
  ...uses,
  ...engage,
  ...segments,
  ...settings,
  ...audit,
  ...consents,
  ...privacy,
} as const;

export type Key = keyof typeof dictionary;
export type Language = "it" | "en";
export const LANGUAGES: readonly Language[] = ["it", "en"];

/** Keys that come in two forms, `x.one` and `x.other`, without their ending. */
export type CountKey = Key extends infer K ? (K extends `${infer Stem}.one` ? Stem : never) : never;

export type Params = Readonly<Record<string, string | number>>;

/** Puts `{name}` parameters in; one that is missing stays visible rather than vanishing. */
export function fill(text: string, params?: Params): string {
  if (!params) return text;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in params ? String(params[name]) : whole));
}

export function translate(language: Language, key: Key, params?: Params): string {
  return fill(dictionary[key][language === "it" ? 0 : 1], params);
}

/** Whether a key made from a code of the server exists; a word the server adds later falls back to itself. */
export function isKey(key: string): key is Key {
  return key in dictionary;
}
