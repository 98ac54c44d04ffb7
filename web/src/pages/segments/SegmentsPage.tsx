/** Every segment with its size and who came and went lately. */
import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { useSegments, type SegmentLine } from "@/api/segments";
import { useFormat, useWords } from "@/i18n";
import { Await } from "@/parts/Await";
import { DataTable, type Column } from "@/parts/DataTable";
import { Empty } from "@/parts/Empty";
import { Page, Panel } from "@/parts/Page";
import { Tag } from "@/parts/Tag";
import css from "./Segments.module.css";

export function SegmentsPage() {
  const { t } = useWords();
  const segments = useSegments();
  return (
    <Page
      title={t("segments.title")}
      lead={t("segments.lead")}
      controls={
        <Button renderRoot={(props) => <Link to="/segments/new" {...props} />} leftSection={<Plus size={16} aria-hidden />}>
          {t("segments.new")}
        </Button>
      }
    >
      <Await query={segments} height={320}>
        {(found) => (
          <Panel>
            {found.segments.length === 0 ? (
              <Empty title={t("segments.none.title")} text={t("segments.none.text")} />
            ) : (
              <Lines lines={found.segments} />
            )}
          </Panel>
        )}
      </Await>
    </Page>
  );
}

function Lines({ lines }: { lines: readonly SegmentLine[] }) {
  const { t, text } = useWords();
  const f = useFormat();
  const columns: Column<SegmentLine>[] = [
    {
      key: "name",
      head: t("segments.name"),
      names: true,
      cell: ({ segment, is_ready }) => (
        <>
          <Link to="/segments/$id" params={{ id: segment.id }} data-words="given">
            {text(segment.name)}
          </Link>
          <span className={css.sub}>
            {t(`segments.kind.${segment.kind}`)} {!is_ready && <Tag tone="neutral">{t("segments.computing")}</Tag>}
          </span>
        </>
      ),
    },
    { key: "people", head: t("segments.people"), number: true, cell: (line) => f.whole(line.people) },
    {
      key: "share",
      head: t("segments.share"),
      number: true,
      cell: (line) => (line.of ? t("segments.shareOf", { share: f.percent(line.people / line.of), n: f.whole(line.of) }) : t("none")),
    },
    { key: "entered", head: t("segments.entered"), number: true, cell: (line) => f.whole(line.entered) },
    { key: "left", head: t("segments.left"), number: true, cell: (line) => f.whole(line.left) },
    { key: "used", head: t("segments.usedBy"), cell: (line) => line.used_by.join(", ") || t("none") },
  ];
  return <DataTable caption={t("segments.title")} columns={columns} rows={lines} rowKey={(line) => line.segment.id} />;
}
