/** A chart and its table twin, one switch apart. */
import { SegmentedControl } from "@mantine/core";
import { ChartSpline, Table2 } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useWords } from "@/i18n";
import { Panel } from "./Page";
import css from "./Twin.module.css";

interface TwinProps {
  title: ReactNode;
  hint?: ReactNode;
  chart: ReactNode;
  table: ReactNode;
  actions?: ReactNode;
}

export function Twin({ title, hint, chart, table, actions }: TwinProps) {
  const [view, setView] = useState<TwinView>("chart");
  return (
    <Panel
      title={title}
      hint={hint}
      actions={
        <>
          {actions}
          <TwinSwitch view={view} onChange={setView} />
        </>
      }
    >
      {view === "chart" ? chart : table}
    </Panel>
  );
}

export type TwinView = "chart" | "table";

export function TwinSwitch({ view, onChange }: { view: TwinView; onChange: (view: TwinView) => void }) {
  const { t } = useWords();
  return (
    <SegmentedControl
      size="xs"
      aria-label={t("table.view")}
      value={view}
      onChange={(value) => onChange(value as TwinView)}
      data={[
        {
          value: "chart",
          label: (
            <span className={css.label}>
              <ChartSpline size={14} aria-hidden /> {t("table.hide")}
            </span>
          ),
        },
        {
          value: "table",
          label: (
            <span className={css.label}>
              <Table2 size={14} aria-hidden /> {t("table.show")}
            </span>
          ),
        },
      ]}
    />
  );
}
