/** The reckoning behind the palette. Pure. */
import type { Key } from "@/i18n";
import type { PageGroup, PageLink } from "./pages";

/** Lower case without accents: "attivita" finds "Attività". */
export function plain(text: string): string {
  return text.normalize("NFD").replace(/\p{Diacritic}/gu, "").toLowerCase();
}

export function matchPages(groups: readonly PageGroup[], text: string, t: (key: Key) => string): PageLink[] {
  const words = plain(text).split(/\s+/).filter(Boolean);
  return groups
    .flatMap((group) => group.pages)
    .filter((page) => words.every((word) => plain(t(page.label)).includes(word)));
}

/** The next place in a list of `length` that goes round. */
export function step(at: number, by: number, length: number): number {
  return length === 0 ? 0 : (at + by + length) % length;
}
