/** Moments of truth: which meetings go with scores, with coming back, with spending. */
import type { EffectRecord, InventoryRecord } from "@/api/touchpoints";
import { useFormat, useWords } from "@/i18n";
import { ChannelIcon } from "@/parts/Channel";
import { Panel } from "@/parts/Page";
import { addDays, type Window } from "@/parts/period";
import css from "./Touchpoints.module.css";

const OUTCOMES = ["score", "stay", "spend"] as const;

export function Truths({ of }: { of: InventoryRecord }) {
  const { t } = useWords();
  const f = useFormat();
  if (of.truth === null) return <Panel title={t("touchpoints.truths")}>{<p className={css.quiet}>{t("touchpoints.truths.early")}</p>}</Panel>;
  const range = (each: Window) => t("period.range", { from: f.date(each.from), to: f.date(addDays(each.to, -1)) });
  const any = of.touchpoints.some((row) => row.effects.some((each) => each.is_truth));
  return (
    <Panel title={t("touchpoints.truths")} hint={t("touchpoints.truths.about", { meeting: range(of.truth.meeting), after: range(of.truth.after) })}>
      {!any && <p className={css.quiet}>{t("touchpoints.truths.none")}</p>}
      {any && (
        <div className={css.outcomes}>
          {OUTCOMES.map((outcome) => (
            <Outcome key={outcome} of={of} outcome={outcome} />
          ))}
        </div>
      )}
    </Panel>
  );
}

function Outcome({ of, outcome }: { of: InventoryRecord; outcome: EffectRecord["outcome"] }) {
  const { t, text } = useWords();
  const f = useFormat();
  const found = of.touchpoints.flatMap((row) => row.effects.filter((each) => each.outcome === outcome && each.is_truth).map((effect) => ({ row, effect })));
  if (found.length === 0) return null;
  return (
    <section>
      <h3 className={css.outcome}>{t(`touchpoints.outcome.${outcome}`)}</h3>
      <ul className={css.truths}>
        {found.map(({ row, effect }) => (
          <li key={row.touchpoint}>
            <ChannelIcon channel={row.channel} />
            <span>
              <strong>{text(row.name) || row.touchpoint}</strong>
              <Effect of={effect} bare />
              <span className={css.sub}>{t("touchpoints.compared", { met: f.whole(effect.met), not: f.whole(effect.not_met) })}</span>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function Effect({ of, bare }: { of: EffectRecord; bare?: boolean }) {
  const { t } = useWords();
  const f = useFormat();
  const shown = (value: number) => {
    if (of.outcome === "stay") return t("touchpoints.points", { n: f.signed(100 * value) });
    if (of.outcome === "spend" && of.currency) return `${value > 0 ? "+" : ""}${f.money(Math.round(100 * value), of.currency)}`;
    return f.signed(value);
  };
  return (
    <span className={css.effect}>
      {!bare && <span className={css.sub}>{t(`touchpoints.outcome.${of.outcome}`)} </span>}
      {t("touchpoints.effect", { value: shown(of.value), low: shown(of.ci_low), high: shown(of.ci_high) })}
    </span>
  );
}
