/** The chosen language and the formats that follow from it, for every component. */
import { createContext, useCallback, useContext, useEffect, useMemo, useState, type ReactNode } from "react";
import { isKey, LANGUAGES, translate, type CountKey, type Key, type Language, type Params } from "./dictionary";
import { createFormat, type Format } from "./format";

export type { Key, Language } from "./dictionary";

const STORED = "percorso.language";

interface Tongue {
  language: Language;
  setLanguage: (language: Language) => void;
  zone: string;
  setZone: (zone: string) => void;
}

const Context = createContext<Tongue | null>(null);

export function firstLanguage(stored: string | null, preferred: readonly string[]): Language {
  const known = (text: string) => LANGUAGES.find((language) => text.toLowerCase().startsWith(language));
  if (stored && known(stored)) return known(stored) as Language;
  for (const wish of preferred) {
    const language = known(wish);
    if (language) return language;
  }
  return "en";
}

export function LanguageProvider({ children }: { children: ReactNode }) {
  const [language, choose] = useState(() => firstLanguage(localStorage.getItem(STORED), navigator.languages));
  const [zone, setZone] = useState(() => Intl.DateTimeFormat().resolvedOptions().timeZone);
  const setLanguage = useCallback((next: Language) => {
    localStorage.setItem(STORED, next);
    choose(next);
  }, []);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const value = useMemo(() => ({ language, setLanguage, zone, setZone }), [language, setLanguage, zone]);
  return <Context value={value}>{children}</Context>;
}

export function useTongue(): Tongue {
  const tongue = useContext(Context);
  if (!tongue) throw new Error("useTongue outside LanguageProvider");
  return tongue;
}

export interface WordsOf {
  language: Language;
  t: (key: Key, params?: Params) => string;
  /** Singular or plural by the language's rules; `{n}` is the count, written for people. */
  tn: (key: CountKey, count: number, params?: Params) => string;
  /** The word for a code of the server, or the code itself when there is none yet. */
  word: (prefix: string, code: string) => string;
  /** A text that comes from configuration with both languages. */
  text: (text: Readonly<Record<string, string>> | null | undefined) => string;
}

export function useWords(): WordsOf {
  const { language } = useTongue();
  return useMemo(() => wordsOf(language), [language]);
}

export function wordsOf(language: Language): WordsOf {
  const rules = new Intl.PluralRules(language);
  const whole = createFormat(language, "UTC").whole;
  const t = (key: Key, params?: Params) => translate(language, key, params);
  return {
    language,
    t,
    tn: (key, count, params) =>
      t(`${key}.${rules.select(count) === "one" ? "one" : "other"}` as Key, { n: whole(count), ...params }),
    word: (prefix, code) => {
      const key = `${prefix}.${code}`;
      return isKey(key) ? t(key) : code;
    },
    text: (text) => text?.[language] ?? text?.en ?? text?.it ?? "",
  };
}

export function useFormat(): Format {
  const { language, zone } = useTongue();
  return useMemo(() => createFormat(language, zone), [language, zone]);
}
