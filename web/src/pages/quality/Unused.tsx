/** Properties that nothing reads: what they cost, whether they are a person's, and the mend. */
import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { PropertyRecord, UsesRecord } from "@/api/plan";
import { useFormat, useWords } from "@/i18n";
import { DataTable } from "@/parts/DataTable";
import { Empty } from "@/parts/Empty";
import { Panel } from "@/parts/Page";
import { addDays } from "@/parts/period";
import { Tag } from "@/parts/Tag";
import css from "./Quality.module.css";

const FIRST = 12;

export function Unused({ found }: { found: UsesRecord }) {
  const { t, tn } = useWords();
  const f = useFormat();
  const [all, setAll] = useState(false);
  const { properties, total } = found;
  return (
    <Panel title={t("uses.unused")} hint={t("uses.unusedHint", { from: f.date(found.first), to: f.date(addDays(found.until, -1)) })}>
      {properties.length === 0 ? (
        <Empty title={t("uses.none.title")} text={t("uses.none.text")} />
      ) : (
        <>
          <Table properties={all ? properties : properties.slice(0, FIRST)} />
          {!all && properties.length > FIRST && (
            <Button variant="default" mt={14} onClick={() => setAll(true)}>
              {tn("quality.more", properties.length - FIRST)}
            </Button>
          )}
          {all && total > properties.length && <p className="quiet">{t("uses.first", { n: f.whole(properties.length), total: f.whole(total) })}</p>}
          <details className={css.mend}>
            <summary>{t("uses.mend")}</summary>
            <p>{t("uses.mend.stop")}</p>
            <p>{t("uses.mend.plan")}</p>
            <p>{t("uses.mend.sql")}</p>
          </details>
        </>
      )}
    </Panel>
  );
}

function Table({ properties }: { properties: readonly PropertyRecord[] }) {
  const { t, word } = useWords();
  const f = useFormat();
  return (
    <DataTable<PropertyRecord>
      caption={t("uses.unused")}
      rows={properties}
      rowKey={(row) => `${row.event} ${row.path}`}
      columns={[
        {
          key: "path",
          head: t("plan.path"),
          names: true,
          cell: (row) => (
            <span className={css.where}>
              <code className="mono">{row.path}</code>
              <span className="quiet" data-words="given">
                {word("event", row.event)}
              </span>
            </span>
          ),
        },
        { key: "type", head: t("uses.type"), cell: (row) => f.list(row.types.map((type) => word("plan.json", type))) },
        { key: "risk", head: t("uses.risk"), cell: (row) => (row.personal ? <Tag tone="warn">{t(`uses.personal.${row.personal}`)}</Tag> : t("none")) },
        { key: "described", head: t("uses.described"), cell: (row) => t(`uses.described.${row.described ?? "none"}`) },
        { key: "events", head: t("uses.seen"), number: true, cell: (row) => `${f.whole(row.events)} (${f.percent(row.rate, 0)})` },
        { key: "first", head: t("plan.first"), number: true, cell: (row) => f.date(row.first_seen) },
        {
          key: "go",
          head: <span className="hidden-text">{t("plan.action")}</span>,
          number: true,
          cell: (row) => (
            <Button size="compact-sm" variant="light" aria-label={t("uses.goOne", { event: word("event", row.event) })} renderRoot={(props) => <Link to="/plan" search={{ event: row.event }} {...props} />}>
              {t("uses.go")}
            </Button>
          ),
        },
      ]}
    />
  );
}
