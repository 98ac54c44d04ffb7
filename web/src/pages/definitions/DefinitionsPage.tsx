/** Every KPI in plain words: what it counts, what it leaves out, how else it can be counted. */
import { Button, Drawer } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { useState } from "react";
import { useDefinitions, type KpiAnswer } from "@/api/insight";
import { useRetireKpi } from "@/api/kpis";
import { useMay } from "@/api/session";
import { useFormat, useWords } from "@/i18n";
import { Await, useErrorText } from "@/parts/Await";
import { Facts } from "@/parts/Facts";
import { Page, Panel } from "@/parts/Page";
import css from "./Definitions.module.css";
import { OwnForm } from "./OwnForm";

type DefinitionRecord = KpiAnswer["definition"];

export function DefinitionsPage() {
  const { t } = useWords();
  const definitions = useDefinitions();
  const may = useMay("data");
  const [writing, setWriting] = useState(false);
  return (
    <Page
      title={t("definitions.title")}
      lead={t("definitions.lead")}
      controls={
        may && (
          <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => setWriting(true)}>
            {t("own.new")}
          </Button>
        )
      }
    >
      <Drawer opened={writing} onClose={() => setWriting(false)} size={560} position="right" title={t("own.new")} closeButtonProps={{ "aria-label": t("shell.close") }}>
        <OwnForm onDone={() => setWriting(false)} />
      </Drawer>
      <Await query={definitions} height={420}>
        {({ kpis }) =>
          kpis.filter((each) => each.variant === each.variants[0]?.variant).map((each) => <Kpi key={each.kpi} main={each} others={kpis.filter((one) => one.kpi === each.kpi && one !== each)} />)
        }
      </Await>
    </Page>
  );
}

function Kpi({ main, others }: { main: DefinitionRecord; others: readonly DefinitionRecord[] }) {
  const { t, tn, text, word } = useWords();
  const f = useFormat();
  return (
    <Panel
      title={text(main.name)}
      actions={
        <>
          {main.is_custom && <Retire kpi={main.kpi} name={text(main.name)} />}
          <Button size="xs" variant="default" renderRoot={(props) => <Link to="/kpis/$kpi" params={{ kpi: main.kpi }} {...props} />}>
            {t("definitions.open")}
          </Button>
        </>
      }
    >
      <p className={css.about}>{text(main.about)}</p>
      <p className={css.edges}>{text(main.edges)}</p>
      <Facts
        facts={[
          [t("kpi.definitionId"), <code key="id" className="mono">{main.definition}</code>],
          [t("kpi.unit"), word("unit", main.unit)],
          [t("kpi.better"), t(`kpi.better.${main.better}`)],
          [t("definitions.reads"), f.list(main.names.map((name) => word("event", name)))],
          [t("definitions.settles"), main.lag_days > 0 && tn("definitions.days", main.lag_days)],
        ]}
      />
      {others.length > 0 && (
        <ul className={css.variants}>
          {others.map((each) => (
            <li key={each.variant}>
              <Link to="/kpis/$kpi" params={{ kpi: each.kpi }} search={{ variant: each.variant }}>
                {text(each.name)}
              </Link>{" "}
              <code className="mono">{each.definition}</code>
              <p className={css.variantAbout}>{text(each.about)}</p>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

/** Takes a KPI of the company's own off the board, at the second press. */
function Retire({ kpi, name }: { kpi: string; name: string }) {
  const { t } = useWords();
  const say = useErrorText();
  const may = useMay("data");
  const retire = useRetireKpi();
  const [sure, setSure] = useState(false);
  if (!may) return null;
  return (
    <>
      <Button size="xs" variant="subtle" color="red" loading={retire.isPending} aria-label={`${t("own.retire")}: ${name}`} onClick={() => (sure ? retire.mutate(kpi) : setSure(true))} onBlur={() => setSure(false)}>
        {t(sure ? "own.retireSure" : "own.retire")}
      </Button>
      {retire.error && (
        <p role="alert" className={css.variantAbout}>
          {say(retire.error)}
        </p>
      )}
    </>
  );
}
