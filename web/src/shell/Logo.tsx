import css from "./Shell.module.css";

/** A path with two stops. */
export function Logo({ words = true }: { words?: boolean }) {
  return (
    <span className={css.logo}>
      <svg width="30" height="30" viewBox="0 0 32 32" aria-hidden>
        <rect width="32" height="32" rx="9" className={css.logoGround} />
        <path d="M7.5 23h6c4.2 0 3.8-14 8-14h3" className={css.logoPath} />
        <circle cx="7.8" cy="23" r="2.7" className={css.logoStop} />
        <circle cx="24.2" cy="9" r="3.3" className={css.logoGoal} />
      </svg>
      {words && <span className={css.logoWords}>Percorso</span>}
    </span>
  );
}
