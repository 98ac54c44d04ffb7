/** An empty place that teaches: what will be here, and how it gets here. */
import type { ReactNode } from "react";
import css from "./Empty.module.css";

interface EmptyProps {
  title: string;
  text: ReactNode;
  action?: ReactNode;
  code?: string;
}

export function Empty({ title, text, action, code }: EmptyProps) {
  return (
    <div className={css.empty}>
      <svg className={css.drawing} viewBox="0 0 132 40" aria-hidden>
        <path d="M8 28 H36 C58 28 56 12 78 12 H124" />
        <circle cx="8" cy="28" r="5" className={css.stop} />
        <circle cx="57" cy="20" r="5" />
        <circle cx="124" cy="12" r="5" />
      </svg>
      <p className={css.title}>{title}</p>
      <p className={css.text}>{text}</p>
      {code && <pre className={css.code}>{code}</pre>}
      {action && <div className={css.action}>{action}</div>}
    </div>
  );
}
