/** One KPI: how it stands, how it moved, where and for whom, and what exactly it means. */
import { Button, SegmentedControl } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { Download } from "lucide-react";
import { useKpi, useKpiList, type KpiAnswer } from "@/api/insight";
import { useFormat, useWords } from "@/i18n";
import { Await } from "@/parts/Await";
import { Empty } from "@/parts/Empty";
import { Facts } from "@/parts/Facts";
import { KpiNumber } from "@/parts/KpiNumber";
import { Page, Panel } from "@/parts/Page";
import { addDays, presetWindow, type Window } from "@/parts/period";
import { PeriodPicker, useToday } from "@/parts/PeriodPicker";
import { Breakdown } from "./Breakdown";
import { toCsv } from "./csv";
import css from "./Kpi.module.css";
import { WeekSeries } from "./WeekSeries";

const route = getRouteApi("/kpis/$kpi");

export function KpiPage() {
  const { t, text } = useWords();
  const f = useFormat();
  const { kpi } = route.useParams();
  const { from, to } = route.useSearch();
  const navigate = route.useNavigate();
  const today = useToday();
  const window: Window = from && to ? { from, to } : presetWindow("13w", today);
  const list = useKpiList();
  const weeks = useKpi(kpi, "week", window);
  const known = list.data?.kpis.find((each) => each.kpi === kpi);
  return (
    <Page
      title={known ? text(known.name) : t("kpi.title")}
      lead={t("period.range", { from: f.date(window.from), to: f.date(addDays(window.to, -1)) })}
      controls={<PeriodPicker window={window} onChange={(next) => void navigate({ search: (old) => ({ ...old, ...next }) })} />}
    >
      <div className={css.tabs}>
        <SegmentedControl
          aria-label={t("kpi.choose")}
          value={kpi}
          onChange={(next) => void navigate({ params: { kpi: next }, search: (old) => old })}
          data={(list.data?.kpis ?? []).map((each) => ({ value: each.kpi, label: text(each.name) }))}
        />
      </div>
      <Await query={weeks} height={360}>
        {(answer) => <Whole answer={answer} kpi={kpi} window={window} />}
      </Await>
    </Page>
  );
}

function Whole({ answer, kpi, window }: { answer: KpiAnswer; kpi: string; window: Window }) {
  const { t } = useWords();
  const { by = "channel" } = route.useSearch();
  const navigate = route.useNavigate();
  const whole = answer.rows.find((row) => Object.keys(row.by).length === 0);
  const weeks = answer.rows.filter((row) => "week" in row.by);
  if (!whole || whole.n === 0) {
    return (
      <>
        <Panel>
          <Empty title={t("kpi.empty.title")} text={t("kpi.empty.text")} />
        </Panel>
        <Panel>
          <Definition answer={answer} />
        </Panel>
      </>
    );
  }
  return (
    <>
      <div className={css.top}>
        <Panel>
          <KpiNumber row={whole} unit={answer.definition.unit} size="huge" />
          <Definition answer={answer} />
        </Panel>
        <WeekSeries definition={answer.definition} rows={weeks} actions={<Export answer={answer} />} />
      </div>
      <Breakdown kpi={kpi} by={by} window={window} whole={whole} onBy={(next) => void navigate({ search: (old) => ({ ...old, by: next }), resetScroll: false })} />
    </>
  );
}

function Definition({ answer }: { answer: KpiAnswer }) {
  const { t, text, word } = useWords();
  const { definition } = answer;
  return (
    <section className={css.definition}>
      <h2 className={css.definitionTitle}>{t("kpi.definition")}</h2>
      <p className={css.about}>{text(definition.about)}</p>
      <Facts
        facts={[
          [t("kpi.definitionId"), <code key="id" className="mono">{definition.definition}</code>],
          [t("kpi.unit"), word("unit", definition.unit)],
          [t("kpi.better"), t(`kpi.better.${definition.better}`)],
        ]}
      />
    </section>
  );
}

function Export({ answer }: { answer: KpiAnswer }) {
  const { t } = useWords();
  return (
    <Button variant="default" size="xs" leftSection={<Download size={15} aria-hidden />} onClick={() => download(`${answer.definition.kpi}.csv`, toCsv(answer.rows))}>
      {t("kpi.export")}
    </Button>
  );
}

/** Saves a text as a file; the byte-order mark tells spreadsheets that it is UTF-8. */
export function download(name: string, csv: string) {
  const url = URL.createObjectURL(new Blob(["\uFEFF", csv], { type: "text/csv;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
