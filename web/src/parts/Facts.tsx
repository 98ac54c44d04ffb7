/** Names and values, one a line. */
import type { ReactNode } from "react";
import css from "./Facts.module.css";

interface FactsProps {
  facts: readonly (readonly [name: string, value: ReactNode])[];
  /** Figures stand at the right, as in a bill. */
  counts?: boolean;
}

export function Facts({ facts, counts }: FactsProps) {
  return (
    <dl className={css.facts} data-counts={counts || undefined}>
      {facts
        .filter(([, value]) => value !== null && value !== undefined && value !== false && value !== "")
        .map(([name, value]) => (
          <div key={name} className={css.fact}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}
