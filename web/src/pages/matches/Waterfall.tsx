import type { MatchRecord } from "@/api/identity";
import { useFormat, useWords } from "@/i18n";
import css from "./Matches.module.css";
import { bars } from "./parts";

/** The evidence as steps; each line says its part in words and figures, so that the drawing is never alone. */
export function Waterfall({ parts, total }: { parts: MatchRecord["parts"]; total: number }) {
  const { t, word } = useWords();
  const f = useFormat();
  const drawn = bars(parts, total);
  return (
    <ol className={css.waterfall}>
      {drawn.bars.map((bar) => (
        <li key={bar.name} data-total={bar.name === "" || undefined}>
          <span className={css.part}>{bar.name === "" ? t("matches.total") : word("part", bar.name)}</span>
          <span className={css.track} aria-hidden>
            <span className={css.zero} style={{ left: `${drawn.zero * 100}%` }} />
            <span
              className={css.bar}
              data-against={bar.weight < 0 || undefined}
              style={{ left: `${Math.min(bar.from, bar.to) * 100}%`, width: `max(2px, ${Math.abs(bar.to - bar.from) * 100}%)` }}
            />
          </span>
          <span className={css.weight}>{f.signed(bar.weight)}</span>
        </li>
      ))}
    </ol>
  );
}
