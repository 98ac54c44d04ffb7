/** A trait's value, which is any JSON, as people read it. Pure. */
import type { WordsOf } from "@/i18n";

export function traitText(value: unknown, words: Pick<WordsOf, "t">): string {
  if (value === null || value === undefined) return words.t("none");
  if (typeof value === "boolean") return words.t(value ? "answer.yes" : "answer.no");
  if (Array.isArray(value)) return value.map((part) => traitText(part, words)).join(", ");
  if (typeof value === "object") return JSON.stringify(value);
  return String(value);
}

/** A language by its name; whatever is no language tag stays as it is. */
export function languageText(value: unknown, words: Pick<WordsOf, "t" | "language">): string {
  if (typeof value !== "string" || !/^[a-z]{2,3}(-[A-Za-z]{2,4})?$/.test(value)) return traitText(value, words);
  return new Intl.DisplayNames([words.language], { type: "language" }).of(value) ?? value;
}
