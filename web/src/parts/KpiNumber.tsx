/** A number with its interval, its n and whether its window is complete; never one without the others. */
import { Tooltip } from "@mantine/core";
import { Hourglass } from "lucide-react";
import type { KpiRecord } from "@/api/insight";
import { useFormat, useWords } from "@/i18n";
import { kpiText, tooFew, type Unit } from "./kpi";
import css from "./KpiNumber.module.css";

export function KpiNumber({ row, unit, size = "large" }: { row: KpiRecord; unit: Unit; size?: "large" | "huge" | "small" }) {
  const { t, tn } = useWords();
  const f = useFormat();
  if (row.value === null || tooFew(row.n)) {
    return (
      <div className={css.number} data-size={size}>
        <p className={css.value}>–</p>
        <p className={css.interval}>{row.n === 0 ? t("kpi.noData") : tn("kpi.few", row.n)}</p>
      </div>
    );
  }
  return (
    <div className={css.number} data-size={size}>
      <p className={css.value}>
        {kpiText(row.value, unit, f)}
        {row.currency && ` ${row.currency}`}
      </p>
      <p className={css.interval}>
        {row.ci_low !== null && row.ci_high !== null && (
          <span>{t("kpi.between", { low: kpiText(row.ci_low, unit, f), high: kpiText(row.ci_high, unit, f) })}</span>
        )}
        <span>n = {f.whole(row.n)}</span>
        {!row.complete && <Incomplete />}
      </p>
    </div>
  );
}

export function Incomplete() {
  const { t } = useWords();
  return (
    <Tooltip label={t("kpi.incompleteWhy")}>
      <span className={css.incomplete} tabIndex={0}>
        <Hourglass size={13} aria-hidden />
        {t("kpi.incomplete")}
      </span>
    </Tooltip>
  );
}
