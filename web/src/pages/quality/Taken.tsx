import { Link } from "@tanstack/react-router";
import type { QualityRecord } from "@/api/quality";
import { useMay } from "@/api/session";
import { useFormat, useWords } from "@/i18n";
import { DataTable } from "@/parts/DataTable";
import { Panel } from "@/parts/Page";

type Source = QualityRecord["sources"][number];

export function Taken({ sources }: { sources: readonly Source[] }) {
  const { t } = useWords();
  const f = useFormat();
  const may = useMay("people");
  const count = (key: "accepted" | "duplicate" | "conflict" | "quarantined" | "suppressed") => ({
    key,
    head: t(`verdict.${key}`),
    number: true,
    cell: (row: Source) => f.whole(row[key]),
  });
  return (
    <Panel title={t("quality.taken")} hint={t("quality.takenHint")}>
      <DataTable
        caption={t("quality.taken")}
        rows={sources}
        rowKey={(row) => row.source}
        columns={[
          { key: "source", head: t("live.source"), names: true, cell: (row) => <span data-words="given">{row.source}</span> },
          count("accepted"),
          count("duplicate"),
          count("conflict"),
          count("quarantined"),
          count("suppressed"),
          {
            key: "waiting",
            head: t("quality.nowWaiting"),
            number: true,
            cell: (row) =>
              row.waiting > 0 && may ? (
                <Link to="/quarantine" search={{ source: row.source }}>
                  {f.whole(row.waiting)}
                </Link>
              ) : (
                f.whole(row.waiting)
              ),
          },
        ]}
      />
    </Panel>
  );
}
