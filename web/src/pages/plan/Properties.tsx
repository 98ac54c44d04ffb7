/** The properties of one event, and who uses each. */
import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { useUses, type PropertyRecord } from "@/api/plan";
import { useFormat, useWords } from "@/i18n";
import { Await } from "@/parts/Await";
import { DataTable } from "@/parts/DataTable";
import { Panel } from "@/parts/Page";
import { Tag, type TagTone } from "@/parts/Tag";
import { UsedBy } from "./UsedBy";
import css from "./Plan.module.css";

const TONE: Record<"plan" | "pack" | "none", TagTone> = { plan: "good", pack: "neutral", none: "warn" };

export function Properties({ event }: { event: string }) {
  const { t, word } = useWords();
  const uses = useUses(event);
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => place.current?.focus(), [event]);
  const title = t("uses.of", { event: word("event", event) });
  return (
    <div ref={place} tabIndex={-1} className={css.place}>
      <Panel
        title={<span data-words="given">{title}</span>}
        hint={t("uses.ofHint")}
        actions={
          <Button size="compact-sm" variant="default" renderRoot={(props) => <Link to="/plan" search={{}} {...props} />}>
            {t("shell.close")}
          </Button>
        }
      >
        <Await query={uses} height={220}>
          {(found) => (found.properties.length === 0 ? <p className="quiet">{t("uses.ofEmpty")}</p> : <Table caption={title} properties={found.properties} />)}
        </Await>
      </Panel>
    </div>
  );
}

function Table({ caption, properties }: { caption: string; properties: readonly PropertyRecord[] }) {
  const { t, word } = useWords();
  const f = useFormat();
  return (
    <DataTable<PropertyRecord>
      caption={caption}
      rows={properties}
      rowKey={(row) => row.path}
      columns={[
        { key: "path", head: t("plan.path"), names: true, cell: (row) => <code className="mono">{row.path}</code> },
        { key: "type", head: t("uses.type"), cell: (row) => f.list(row.types.map((type) => word("plan.json", type))) },
        { key: "who", head: t("uses.who"), cell: (row) => <UsedBy uses={row.uses} /> },
        { key: "risk", head: t("uses.risk"), cell: (row) => (row.personal ? <Tag tone="warn">{t(`uses.personal.${row.personal}`)}</Tag> : t("none")) },
        { key: "described", head: t("uses.described"), cell: (row) => <Tag tone={TONE[row.described ?? "none"]}>{t(`uses.described.${row.described ?? "none"}`)}</Tag> },
        { key: "events", head: t("uses.seen"), number: true, cell: (row) => `${f.whole(row.events)} (${f.percent(row.rate, 0)})` },
        { key: "first", head: t("plan.first"), number: true, cell: (row) => f.date(row.first_seen) },
      ]}
    />
  );
}
