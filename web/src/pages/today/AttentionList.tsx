import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { CircleAlert, CircleDot, Clock3, PackageX, TrendingUp, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { useKpiList, type AttentionRecord } from "@/api/insight";
import { useConfig } from "@/api/config";
import { useMay } from "@/api/session";
import { useStatus } from "@/api/status";
import { useFormat, useWords } from "@/i18n";
import { Empty } from "@/parts/Empty";
import { sentence } from "./attention";
import css from "./Today.module.css";

/** What asks for somebody, each with the way to act on it. */
export function AttentionList({ attention }: { attention: readonly AttentionRecord[] }) {
  const words = useWords();
  const { t, tn } = words;
  const f = useFormat();
  const status = useStatus().data;
  const touchpoints = useConfig().data?.touchpoints;
  const placeOf = (item: AttentionRecord) => {
    const id = item.params.touchpoint;
    return typeof id === "string" ? words.text(touchpoints?.find((each) => each.id === id)?.name) || id : undefined;
  };
  const kpis = useKpiList().data?.kpis;
  const nameOf = (item: AttentionRecord) => {
    const variants = kpis?.find((each) => each.kpi === item.subject)?.variants;
    const found = variants?.find((each) => each.variant === item.params.variant) ?? variants?.[0];
    return found && words.text(found.name);
  };
  const mayPeople = useMay("people");
  const overdue = mayPeople ? (status?.queues.tasks_overdue ?? 0) : 0;
  const quarantined = mayPeople ? (status?.today.quarantined ?? 0) : 0;
  if (attention.length === 0 && overdue === 0 && quarantined === 0) {
    return <Empty title={t("today.attention.none.title")} text={t("today.attention.none.text")} />;
  }
  return (
    <ul className={css.attention}>
      {overdue > 0 && <Item icon={Clock3} severity="high" text={tn("attention.tasks", overdue)} to="/tasks" button={t("today.openTasks")} />}
      {attention.map((item) => (
        <Item
          key={`${item.kind} ${item.subject} ${item.link}`}
          icon={item.kind === "kpi_better" ? TrendingUp : item.severity === "high" ? CircleAlert : CircleDot}
          severity={item.kind === "kpi_better" ? "good" : item.severity}
          text={sentence(item, words, f, placeOf(item), nameOf(item))}
          detail={item.p_value < 0.001 ? t("attention.chanceTiny") : t("attention.chance", { p: f.percent(item.p_value, 1) })}
          to={item.link}
          button={t("today.open")}
        />
      ))}
      {quarantined > 0 && (
        <Item icon={PackageX} severity="low" text={tn("attention.quarantine", quarantined)} to="/live?verdict=quarantined" button={t("today.openQuarantine")} />
      )}
    </ul>
  );
}

interface ItemProps {
  icon: LucideIcon;
  severity: "high" | "medium" | "low" | "good";
  text: ReactNode;
  detail?: string;
  to: string;
  button: string;
}

function Item({ icon: Icon, severity, text, detail, to, button }: ItemProps) {
  const { t } = useWords();
  return (
    <li className={css.item} data-severity={severity}>
      <span className={css.itemIcon}>
        <Icon size={19} aria-hidden />
        {severity !== "good" && <span className="hidden-text">{t(`today.severity.${severity}`)}</span>}
      </span>
      <div className={css.itemText}>
        <p>{text}</p>
        {detail && <p className={css.itemDetail}>{detail}</p>}
      </div>
      <Button size="xs" variant="default" renderRoot={(props) => <Link to={to} {...props} />}>
        {button}
      </Button>
    </li>
  );
}
