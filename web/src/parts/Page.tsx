/** The frame of a page: title, one sentence on what it answers, its controls, its content. */
import { useEffect, type ReactNode } from "react";
import { useWords } from "@/i18n";
import css from "./Page.module.css";

interface PageProps {
  title: string;
  lead?: ReactNode;
  controls?: ReactNode;
  /** For maps: the whole width of a very wide screen. */
  wide?: boolean;
  children: ReactNode;
}

export function Page({ title, lead, controls, wide, children }: PageProps) {
  const { t } = useWords();
  useEffect(() => {
    document.title = `${title} · ${t("app.name")}`;
  }, [title, t]);
  return (
    <div className={css.page} data-wide={wide || undefined}>
      <header className={css.header}>
        <div className={css.titles}>
          <h1 className={css.title}>{title}</h1>
          {lead && <p className={css.lead}>{lead}</p>}
        </div>
        {controls && <div className={css.controls}>{controls}</div>}
      </header>
      {children}
    </div>
  );
}

interface PanelProps {
  title?: ReactNode;
  hint?: ReactNode;
  actions?: ReactNode;
  flush?: boolean;
  level?: 2 | 3;
  className?: string;
  children: ReactNode;
}

/** A quiet surface with an optional heading; `flush` lets tables and lists run to its edges. */
export function Panel({ title, hint, actions, flush, level = 2, className, children }: PanelProps) {
  const Heading = level === 2 ? "h2" : "h3";
  return (
    <section className={[css.panel, flush ? css.flush : "", className ?? ""].join(" ")}>
      {(title || actions) && (
        <div className={css.panelHead}>
          <div>
            {title && <Heading className={css.panelTitle}>{title}</Heading>}
            {hint && <p className={css.hint}>{hint}</p>}
          </div>
          {actions && <div className={css.panelActions}>{actions}</div>}
        </div>
      )}
      {children}
    </section>
  );
}
