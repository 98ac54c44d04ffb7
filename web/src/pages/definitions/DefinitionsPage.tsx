/** Every KPI in plain words: what it counts, what it leaves out, how else it can be counted. */
import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useDefinitions, type KpiAnswer } from "@/api/insight";
import { useFormat, useWords } from "@/i18n";
import { Await } from "@/parts/Await";
import { Facts } from "@/parts/Facts";
import { Page, Panel } from "@/parts/Page";
import css from "./Definitions.module.css";

type DefinitionRecord = KpiAnswer["definition"];

export function DefinitionsPage() {
  const { t } = useWords();
  const definitions = useDefinitions();
  return (
    <Page title={t("definitions.title")} lead={t("definitions.lead")}>
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
        <Button size="xs" variant="default" renderRoot={(props) => <Link to="/kpis/$kpi" params={{ kpi: main.kpi }} {...props} />}>
          {t("definitions.open")}
        </Button>
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
