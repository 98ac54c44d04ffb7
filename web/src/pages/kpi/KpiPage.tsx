/** One KPI: how it stands, how it moved, where and for whom, who is behind it, and what exactly it means. */
import { Button, Select, Switch } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { Download } from "lucide-react";
import { useState } from "react";
import { useKpi, useKpiList, type KpiAnswer, type KpiGroup, type KpiRecord } from "@/api/insight";
import { useMay } from "@/api/session";
import { useFormat, useWords } from "@/i18n";
import { Await } from "@/parts/Await";
import { Change } from "@/parts/Change";
import { Empty } from "@/parts/Empty";
import { Facts } from "@/parts/Facts";
import { KpiNumber } from "@/parts/KpiNumber";
import { Page, Panel } from "@/parts/Page";
import { addDays, presetWindow, type Window } from "@/parts/period";
import { PeriodPicker, useToday } from "@/parts/PeriodPicker";
import { Breakdown } from "./Breakdown";
import { besideText, timeBefore } from "./beside";
import { toCsv } from "./csv";
import { download } from "./download";
import css from "./Kpi.module.css";
import { KpiPeople } from "./KpiPeople";
import { Targets } from "./Targets";
import { WeekSeries } from "./WeekSeries";

const route = getRouteApi("/kpis/$kpi");

export function KpiPage() {
  const { t, text } = useWords();
  const f = useFormat();
  const { kpi } = route.useParams();
  const { from, to, variant } = route.useSearch();
  const navigate = route.useNavigate();
  const today = useToday();
  const window: Window = from && to ? { from, to } : presetWindow("13w", today);
  const list = useKpiList();
  const weeks = useKpi(kpi, "week", window, { variant });
  const known = list.data?.kpis.find((each) => each.kpi === kpi);
  const shown = known?.variants.find((each) => each.variant === variant) ?? known;
  return (
    <Page
      title={shown ? text(shown.name) : t("kpi.title")}
      lead={t("period.range", { from: f.date(window.from), to: f.date(addDays(window.to, -1)) })}
      controls={<PeriodPicker window={window} onChange={(next) => void navigate({ search: (old) => ({ ...old, ...next }) })} />}
    >
      <div className={css.choices}>
        <Select
          label={t("kpi.choose")}
          allowDeselect={false}
          searchable
          w={280}
          value={kpi}
          onChange={(next) => next && void navigate({ params: { kpi: next }, search: ({ from, to, by }) => ({ from, to, by }) })}
          data={(list.data?.kpis ?? []).map((each) => ({ value: each.kpi, label: text(each.name) }))}
        />
        {known && known.variants.length > 1 && (
          <Select
            label={t("kpi.variant")}
            allowDeselect={false}
            w={280}
            value={variant ?? known.variant}
            onChange={(next) => void navigate({ search: (old) => ({ ...old, variant: next && next !== known.variant ? next : undefined }) })}
            data={known.variants.map((each) => ({ value: each.variant, label: text(each.name) }))}
          />
        )}
      </div>
      <Await query={weeks} height={360}>
        {(answer) => <Whole answer={answer} kpi={kpi} window={window} />}
      </Await>
    </Page>
  );
}

function Whole({ answer, kpi, window }: { answer: KpiAnswer; kpi: string; window: Window }) {
  const { t } = useWords();
  const { by = "channel", variant, than } = route.useSearch();
  const navigate = route.useNavigate();
  const [behind, setBehind] = useState<KpiGroup | "all" | null>(null);
  const before = than && timeBefore(window);
  const compared = useKpi(kpi, null, window, { variant, than: before }).data?.compared[0];
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
        <Targets definition={answer.definition} />
      </>
    );
  }
  const { unit, better } = answer.definition;
  return (
    <>
      <div className={css.top}>
        <Panel>
          <KpiNumber row={whole} unit={unit} size="huge" />
          {before && <Change difference={compared?.difference ?? null} unit={unit} better={better} />}
          <Behind row={whole} onOpen={() => setBehind("all")} />
          <Switch
            mt="md"
            label={t("kpi.than")}
            checked={than === "before"}
            onChange={(event) => {
              const next = event.currentTarget.checked ? ("before" as const) : undefined;
              void navigate({ search: (old) => ({ ...old, than: next }), resetScroll: false });
            }}
          />
          <Beside row={whole} unit={unit} />
          <Definition answer={answer} />
        </Panel>
        <WeekSeries definition={answer.definition} rows={weeks} actions={<Export answer={answer} />} />
      </div>
      <Breakdown
        kpi={kpi}
        by={by}
        window={window}
        than={before}
        variant={variant}
        whole={whole}
        onBy={(next) => void navigate({ search: (old) => ({ ...old, by: next }), resetScroll: false })}
        onPeople={setBehind}
      />
      <Targets definition={answer.definition} />
      <KpiPeople kpi={kpi} window={window} variant={variant} behind={behind} onClose={() => setBehind(null)} />
    </>
  );
}

/** How many people, and the way to them. */
function Behind({ row, onOpen }: { row: KpiRecord; onOpen: () => void }) {
  const { tn } = useWords();
  const mayPeople = useMay("people");
  if (row.people === null) return null;
  const said = tn("kpi.behind", row.people);
  return mayPeople && row.people > 0 ? (
    <Button variant="subtle" size="compact-sm" mt={6} ml={-8} onClick={onOpen}>
      {said}
    </Button>
  ) : (
    <p className={css.about}>{said}</p>
  );
}

function Beside({ row, unit }: { row: KpiRecord; unit: KpiAnswer["definition"]["unit"] }) {
  const { word } = useWords();
  const f = useFormat();
  const figures = Object.entries(row.beside);
  if (figures.length === 0) return null;
  return <Facts facts={figures.map(([name, value]) => [word("kpi.beside", name), besideText(name, value, unit, f)] as const)} />;
}

function Definition({ answer }: { answer: KpiAnswer }) {
  const { t, text, word } = useWords();
  const { definition } = answer;
  return (
    <section className={css.definition}>
      <h2 className={css.definitionTitle}>{t("kpi.definition")}</h2>
      <p className={css.about}>{text(definition.about)}</p>
      <h3 className={css.definitionTitle}>{t("kpi.edges")}</h3>
      <p className={css.about}>{text(definition.edges)}</p>
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
    <Button variant="default" size="xs" leftSection={<Download size={15} aria-hidden />} onClick={() => download(`${answer.definition.variant}.csv`, toCsv(answer.rows))}>
      {t("kpi.export")}
    </Button>
  );
}
