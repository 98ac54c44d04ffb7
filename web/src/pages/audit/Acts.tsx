import { ActionIcon, Tooltip } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { ListFilter } from "lucide-react";
import type { AuditRecord } from "@/api/audit";
import { useFormat, useWords } from "@/i18n";
import { DataTable } from "@/parts/DataTable";
import css from "./Audit.module.css";
import { actorName, listed, peopleOf, short } from "./said";

interface ActsProps {
  acts: readonly AuditRecord[];
  onPerson: (person: string) => void;
}

export function Acts({ acts, onPerson }: ActsProps) {
  const words = useWords();
  const { t } = words;
  const f = useFormat();
  return (
    <DataTable
      caption={t("audit.acts")}
      rows={acts}
      rowKey={(row) => String(row.number)}
      columns={[
        { key: "number", head: t("audit.number"), number: true, cell: (row) => f.whole(row.number) },
        {
          key: "at",
          head: t("audit.at"),
          cell: (row) => (
            <time dateTime={row.at} title={f.full(row.at)} className={css.line}>
              {f.day(row.at)}, {f.clockSeconds(row.at)}
            </time>
          ),
        },
        { key: "who", head: t("audit.who"), names: true, cell: (row) => actorName(row.actor, words) },
        { key: "what", head: t("audit.act"), cell: (row) => <span className={css.line}>{t(`audit.${row.act}`)}</span> },
        { key: "target", head: t("audit.target"), cell: (row) => <Target row={row} onPerson={onPerson} /> },
      ]}
    />
  );
}

function Target({ row, onPerson }: { row: AuditRecord; onPerson: (person: string) => void }) {
  const { t, tn, word } = useWords();
  const { act, target } = row;
  const people = peopleOf(row);
  if (target === null) return null;
  if (act === "people.listed") {
    const { place, people: number } = listed(target);
    const where = word("audit.place", place);
    return <span className={css.line}>{number === null ? where : t("audit.listed", { where, people: tn("audit.people", number) })}</span>;
  }
  if (people.length > 0) {
    return (
      <span className={css.target}>
        {people.map((id) => (
          <Person key={id} id={id} onPerson={onPerson} />
        ))}
      </span>
    );
  }
  return (
    <code className="mono" title={target}>
      {short(target)}
    </code>
  );
}

function Person({ id, onPerson }: { id: string; onPerson: (person: string) => void }) {
  const { t } = useWords();
  return (
    <>
      <Link to="/people/$id" params={{ id }} className="mono" title={id}>
        {short(id)}
      </Link>
      <Tooltip label={t("audit.onlyPerson")}>
        <ActionIcon size="sm" variant="subtle" aria-label={t("audit.onlyPerson")} onClick={() => onPerson(id)}>
          <ListFilter size={14} aria-hidden />
        </ActionIcon>
      </Tooltip>
    </>
  );
}
