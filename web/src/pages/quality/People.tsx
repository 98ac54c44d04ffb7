import type { CSSProperties } from "react";
import type { QualityPeople } from "@/api/quality";
import { useFormat, useWords } from "@/i18n";
import { DataTable, type Column } from "@/parts/DataTable";
import { Panel } from "@/parts/Page";
import css from "./Quality.module.css";

type Channel = QualityPeople["reach"][number];
type System = QualityPeople["systems"][number];

export function Reach({ people }: { people: QualityPeople }) {
  const { t, tn, word } = useWords();
  const f = useFormat();
  const of = (part: number, whole: number) => (whole === 0 ? t("none") : `${f.whole(part)} (${f.percent(part / whole, 0)})`);
  return (
    <Panel title={t("quality.reach")} hint={tn("quality.reachHint", people.known, { none: f.whole(people.unreachable) })}>
      <DataTable<Channel>
        caption={t("quality.reach")}
        rows={people.reach}
        rowKey={(row) => row.channel}
        columns={[
          { key: "channel", head: t("quality.channel"), names: true, cell: (row) => word("quality.channel", row.channel) },
          { key: "address", head: t("quality.address"), number: true, cell: (row) => of(row.address, people.known) },
          { key: "granted", head: t("quality.granted"), number: true, cell: (row) => of(row.granted, row.address) },
          { key: "refused", head: t("quality.refused"), number: true, cell: (row) => of(row.refused, row.address) },
          { key: "silent", head: t("quality.silent"), number: true, cell: (row) => of(row.silent, row.address) },
        ]}
      />
    </Panel>
  );
}

export function Systems({ people }: { people: QualityPeople }) {
  const { t } = useWords();
  const f = useFormat();
  const { systems } = people;
  const others = systems.map<Column<System>>((other, at) => ({
    key: other.source,
    head: <span data-words="given">{other.source}</span>,
    number: true,
    cell: (row) => <Cell share={row.people ? (row.shared[at] ?? 0) / row.people : 0} own={row.source === other.source} />,
  }));
  return (
    <Panel title={t("quality.systems")} hint={t("quality.systemsHint")}>
      {systems.length === 0 ? (
        <p className="quiet">{t("quality.systemsEmpty")}</p>
      ) : (
        <DataTable<System>
          caption={t("quality.systems")}
          rows={systems}
          rowKey={(row) => row.source}
          columns={[
            { key: "source", head: t("quality.system"), names: true, cell: (row) => <span data-words="given">{row.source}</span> },
            { key: "people", head: t("quality.knows"), number: true, cell: (row) => f.whole(row.people) },
            { key: "alone", head: t("quality.alone"), number: true, cell: (row) => f.whole(row.alone) },
            ...others,
          ]}
        />
      )}
    </Panel>
  );
}

/** A share with its weight as a shade; the number says the same. */
function Cell({ share, own }: { share: number; own: boolean }) {
  const { t } = useWords();
  const f = useFormat();
  if (own) return <span className="quiet">{t("none")}</span>;
  return (
    <span className={css.cell} style={{ "--share": `${Math.round(share * 100)}%` } as CSSProperties}>
      {f.percent(share, 0)}
    </span>
  );
}
