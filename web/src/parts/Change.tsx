/** A difference to the time before, with its interval: news only when the interval excludes nought. */
import { ArrowDownRight, ArrowUpRight, Equal } from "lucide-react";
import type { components } from "@/api/schema";
import { useFormat, useWords } from "@/i18n";
import { differenceText, judge, type Better, type Unit } from "./kpi";
import css from "./Change.module.css";

type DifferenceRecord = components["schemas"]["DifferenceRecord"];

interface ChangeProps {
  difference: DifferenceRecord | null;
  unit: Unit;
  better: Better;
}

export function Change({ difference, unit, better }: ChangeProps) {
  const { t } = useWords();
  const f = useFormat();
  if (!difference) return <p className={css.change}>{t("change.none")}</p>;
  const verdict = judge(difference, better);
  const Icon = verdict === "unclear" ? Equal : difference.value > 0 ? ArrowUpRight : ArrowDownRight;
  return (
    <p className={css.change} data-verdict={verdict}>
      <Icon size={17} strokeWidth={2.2} aria-hidden />
      <span>
        <strong>
          {differenceText(difference.value, unit, f)} {t(`change.unit.${unit}`)}
        </strong>{" "}
        <span className={css.range}>
          {t("change.range", { low: differenceText(difference.ci_low, unit, f), high: differenceText(difference.ci_high, unit, f) })}
        </span>
        <span className={css.verdict}>{t(`change.${verdict}`)}</span>
      </span>
    </p>
  );
}
