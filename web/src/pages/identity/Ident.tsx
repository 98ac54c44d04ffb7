/** An identifier as people read it: what it is, its value, and whether anybody proved it. */
import { useWords, type WordsOf } from "@/i18n";
import type { IdentifierName } from "@/api/identity";
import { Tag } from "@/parts/Tag";
import css from "./Identity.module.css";

export function Ident({ of }: { of: IdentifierName }) {
  const { t, word } = useWords();
  return (
    <span className={css.ident}>
      <span className="quiet">{word("identifier", of.kind)}</span> <span data-words="given">{of.value}</span>
      {of.claimed && <Tag tone="warn">{t("identity.claim")}</Tag>}
    </span>
  );
}

/** The same in a sentence. */
export function identText({ word }: WordsOf, of: IdentifierName): string {
  return `${word("identifier", of.kind).toLocaleLowerCase()} ${of.value}`;
}
