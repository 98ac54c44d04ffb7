/** One segment: its people, its size over time, whom it shares with others, what it says. */
import { Button } from "@mantine/core";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { Archive, ArrowLeft, Download } from "lucide-react";
import { useArchive, useSegment, useSegmentPeople, type SegmentPage as Found } from "@/api/segments";
import { useFormat, useWords } from "@/i18n";
import { Await, useErrorText } from "@/parts/Await";
import { DataTable } from "@/parts/DataTable";
import { Initials } from "@/parts/Initials";
import { Page, Panel } from "@/parts/Page";
import { When } from "@/parts/When";
import css from "./Segments.module.css";

const route = getRouteApi("/segments/$id");

export function SegmentPage() {
  const { id } = route.useParams();
  return (
    <Await query={useSegment(id)} height={480}>
      {(found) => <One found={found} />}
    </Await>
  );
}

function One({ found }: { found: Found }) {
  const { t, text } = useWords();
  const f = useFormat();
  const { line } = found;
  const { segment } = line;
  const size = line.of ? t("segments.shareOf", { share: f.percent(line.people / line.of), n: f.whole(line.of) }) : "";
  const version = t("segments.version", { n: segment.version, by: segment.by });
  const lead = `${f.whole(line.people)} (${size}). ${version}${line.is_ready ? "" : `, ${t("segments.computing")}`}`;
  return (
    <Page title={text(segment.name)} lead={<span data-words="given">{lead}</span>} controls={<Controls found={found} />}>
      <div className={css.stack}>
        <Members id={segment.id} />
        <Days days={found.days} />
        <Overlaps overlaps={found.overlaps} of={line.people} />
        {segment.kind === "live" && (
          <Panel title={t("segments.condition")}>
            <pre className={css.code} data-words="given">
              {JSON.stringify(segment.condition, null, 2)}
            </pre>
          </Panel>
        )}
      </div>
    </Page>
  );
}

function Controls({ found }: { found: Found }) {
  const { t, text } = useWords();
  const navigate = useNavigate();
  const archive = useArchive();
  const say = useErrorText();
  const { segment, people } = found.line;
  const ask = () => {
    if (window.confirm(t("segments.archiveSure", { name: text(segment.name), n: people })))
      archive.mutate(segment.id, { onSuccess: () => void navigate({ to: "/segments" }), onError: (error) => window.alert(say(error)) });
  };
  return (
    <>
      <Button variant="default" renderRoot={(props) => <Link to="/segments" {...props} />} leftSection={<ArrowLeft size={16} aria-hidden />}>
        {t("segments.back")}
      </Button>
      <Button variant="default" component="a" href={`/api/segments/${segment.id}/export.csv`} download leftSection={<Download size={16} aria-hidden />}>
        {t("segments.export")}
      </Button>
      <Button variant="default" onClick={ask} loading={archive.isPending} leftSection={<Archive size={16} aria-hidden />}>
        {t("segments.archive")}
      </Button>
    </>
  );
}

function Members({ id }: { id: string }) {
  const { t } = useWords();
  const f = useFormat();
  const people = useSegmentPeople(id);
  return (
    <Await query={people} height={240}>
      {({ pages }) => {
        const rows = pages.flatMap((page) => page.people);
        const count = pages[0]?.count ?? 0;
        return (
          <Panel title={t("segments.people")} hint={t("segments.shown", { shown: f.whole(rows.length), n: f.whole(count) })}>
            {rows.length === 0 ? (
              <p className={css.quiet}>{t("segments.empty")}</p>
            ) : (
              <DataTable
                caption={t("segments.people")}
                rows={rows}
                rowKey={(row) => row.person_id}
                columns={[
                  {
                    key: "who",
                    head: t("people.name"),
                    names: true,
                    cell: (row) => (
                      <Link to="/people/$id" params={{ id: row.person_id }} data-words="given">
                        <Initials name={row.name} size={24} /> {row.name ?? t("people.unknown")}
                      </Link>
                    ),
                  },
                  { key: "since", head: t("segments.since"), cell: (row) => <When at={row.since} /> },
                ]}
              />
            )}
            {people.hasNextPage && (
              <Button variant="subtle" fullWidth loading={people.isFetchingNextPage} onClick={() => void people.fetchNextPage()}>
                {t("segments.more")}
              </Button>
            )}
          </Panel>
        );
      }}
    </Await>
  );
}

function Days({ days }: { days: Found["days"] }) {
  const { t } = useWords();
  const f = useFormat();
  if (days.length === 0) return null;
  return (
    <Panel title={t("segments.days")} hint={t("segments.daysHint")}>
      <DataTable
        caption={t("segments.days")}
        rows={days.toReversed().slice(0, 60)}
        rowKey={(row) => row.day}
        columns={[
          { key: "day", head: t("segments.day"), names: true, cell: (row) => f.date(row.day) },
          { key: "people", head: t("segments.people"), number: true, cell: (row) => f.whole(row.people) },
          { key: "in", head: t("segments.in"), number: true, cell: (row) => f.whole(row.entered) },
          { key: "out", head: t("segments.out"), number: true, cell: (row) => f.whole(row.left) },
        ]}
      />
    </Panel>
  );
}

function Overlaps({ overlaps, of }: { overlaps: Found["overlaps"]; of: number }) {
  const { t } = useWords();
  const f = useFormat();
  return (
    <Panel title={t("segments.overlap")}>
      {overlaps.length === 0 ? (
        <p className={css.quiet}>{t("segments.overlapNone")}</p>
      ) : (
        <DataTable
          caption={t("segments.overlap")}
          rows={overlaps}
          rowKey={(row) => row.segment}
          columns={[
            {
              key: "segment",
              head: t("segments.name"),
              names: true,
              cell: (row) => (
                <Link to="/segments/$id" params={{ id: row.segment }} data-words="given">
                  {row.segment}
                </Link>
              ),
            },
            { key: "people", head: t("segments.people"), number: true, cell: (row) => f.whole(row.people) },
            { key: "share", head: t("segments.share"), number: true, cell: (row) => (of ? f.percent(row.people / of) : t("none")) },
          ]}
        />
      )}
    </Panel>
  );
}
