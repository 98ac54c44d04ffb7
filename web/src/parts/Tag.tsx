/** Small words with a meaning: a tone, a dot, a text. */
import type { ReactNode } from "react";
import { useWords } from "@/i18n";
import css from "./Tag.module.css";

export type TagTone = "good" | "bad" | "warn" | "neutral" | "accent" | "before" | "during" | "after";

export function Tag({ tone = "neutral", icon, children }: { tone?: TagTone; icon?: ReactNode; children: ReactNode }) {
  return (
    <span className={css.tag} data-tone={tone}>
      {icon}
      {children}
    </span>
  );
}

export function PhaseTag({ phase, long }: { phase: string | null | undefined; long?: boolean }) {
  const { word } = useWords();
  if (!phase) return null;
  return (
    <Tag tone={phase as TagTone} icon={<PhaseShape phase={phase} />}>
      {word("phase", long ? `${phase}.long` : phase)}
    </Tag>
  );
}

/** Before is a ring, during a disc, after a square: the phase is known without its colour. */
export function PhaseShape({ phase }: { phase: string }) {
  return (
    <svg width="9" height="9" viewBox="0 0 10 10" aria-hidden>
      {phase === "before" && <circle cx="5" cy="5" r="3.8" fill="none" stroke="currentColor" strokeWidth="2" />}
      {phase === "during" && <circle cx="5" cy="5" r="4.6" fill="currentColor" />}
      {phase === "after" && <rect x="0.8" y="0.8" width="8.4" height="8.4" rx="1.6" fill="currentColor" />}
    </svg>
  );
}
