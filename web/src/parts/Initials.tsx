/** A round mark for a person: initials when there is a name, a ring when there is none. */
import { UserRound } from "lucide-react";
import css from "./Initials.module.css";

export function initials(name: string | null): string {
  const words = (name ?? "").trim().split(/\s+/).filter(Boolean);
  const ends = words.length > 1 ? [words[0], words.at(-1)] : words;
  return ends.map((word) => word?.[0]?.toLocaleUpperCase() ?? "").join("");
}

export function Initials({ name, size = 34 }: { name: string | null; size?: number }) {
  return (
    <span className={css.mark} data-unknown={!name || undefined} style={{ width: size, height: size, fontSize: size * 0.38 }} aria-hidden>
      {name ? initials(name) : <UserRound size={size * 0.5} strokeWidth={1.8} />}
    </span>
  );
}
