import { Button, SegmentedControl, Select } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo } from "react";
import { useConfig } from "@/api/config";
import { useTimeline, type Entry, type PersonRecord } from "@/api/people";
import { useFormat, useWords } from "@/i18n";
import { Failure, Loading } from "@/parts/Await";
import { Panel } from "@/parts/Page";
import { DecisionLine } from "./DecisionLine";
import { EventLine } from "./EventLine";
import css from "./Person.module.css";
import { byDay, entering } from "./track";

const route = getRouteApi("/people/$id");

/** One line over all channels: what happened, and what we did and did not do. */
export function TimelinePanel({ person }: { person: PersonRecord }) {
  const { t } = useWords();
  const { channel, show, at } = route.useSearch();
  const timeline = useTimeline(person.person_id, channel, at);
  const entries = timeline.data?.pages.flatMap((page) => page.entries) ?? [];
  const wanted = entries.filter((entry) => !show || (show === "events") === (entry.kind === "event"));
  return (
    <Panel title={t("person.timeline")} hint={t("person.timelineHint")} actions={<Filters />}>
      {at && <From at={at} />}
      {timeline.error && !timeline.data && <Failure error={timeline.error} retry={() => void timeline.refetch()} />}
      {timeline.isPending && <Loading height={320} />}
      {timeline.data && wanted.length === 0 && !timeline.hasNextPage && <p className="quiet">{t("person.timeline.empty")}</p>}
      <Days entries={wanted} entered={entering(entries.flatMap((entry) => (entry.kind === "event" ? [entry] : [])), !timeline.hasNextPage && !channel)} />
      {timeline.hasNextPage ? (
        <Button mt={12} variant="light" fullWidth loading={timeline.isFetchingNextPage} onClick={() => void timeline.fetchNextPage()}>
          {t("person.older")}
        </Button>
      ) : (
        wanted.length > 0 && !channel && show !== "ours" && <p className={css.start}>{t("person.start")}</p>
      )}
    </Panel>
  );
}

/** The timeline begins at a moment that somebody asked for. */
function From({ at }: { at: string }) {
  const { t } = useWords();
  const f = useFormat();
  const navigate = route.useNavigate();
  return (
    <p className={css.from} role="status">
      {t("person.timeline.at", { when: f.moment(at) })}{" "}
      <Button size="compact-sm" variant="default" onClick={() => void navigate({ search: (old) => ({ ...old, at: undefined, event: undefined }), resetScroll: false })}>
        {t("person.timeline.now")}
      </Button>
    </p>
  );
}

function Days({ entries, entered }: { entries: readonly Entry[]; entered: ReadonlySet<string> }) {
  const f = useFormat();
  const { event } = route.useSearch();
  const days = useMemo(() => byDay(entries, (entry) => f.civilDay(entry.at)), [entries, f]);
  return days.map((day) => (
    <section key={day.day}>
      <h3 className={css.day}>{f.dayHeading(day.entries[0]?.at ?? `${day.day}T12:00:00Z`)}</h3>
      <ol className={css.line}>
        {day.entries.map((entry) => (entry.kind === "event" ? <EventLine key={entry.id} entry={entry} entered={entered.has(entry.id)} wanted={entry.id === event} /> : <DecisionLine key={entry.id} entry={entry} />))}
      </ol>
    </section>
  ));
}

function Filters() {
  const { t, word } = useWords();
  const { channel, show } = route.useSearch();
  const navigate = route.useNavigate();
  const config = useConfig().data;
  const channels = [...new Set((config?.touchpoints ?? []).map((touchpoint) => touchpoint.channel))];
  return (
    <>
      <SegmentedControl
        size="xs"
        aria-label={t("person.show")}
        value={show ?? "all"}
        onChange={(value) => void navigate({ search: (old) => ({ ...old, show: value === "all" ? undefined : (value as "events" | "ours") }), resetScroll: false })}
        data={[
          { value: "all", label: t("person.show.all") },
          { value: "events", label: t("person.show.events") },
          { value: "ours", label: t("person.show.ours") },
        ]}
      />
      <Select
        size="xs"
        w={150}
        aria-label={t("person.channel")}
        allowDeselect={false}
        value={channel ?? ""}
        onChange={(value) => void navigate({ search: (old) => ({ ...old, channel: value || undefined }), resetScroll: false })}
        data={[{ value: "", label: t("person.channel.all") }, ...channels.map((each) => ({ value: each, label: word("channel", each) }))]}
      />
    </>
  );
}
