/** People: find anybody, or see who is behind a number. */
import { Button, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { keepPreviousData, useQuery, type UseQueryResult } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { Search, X } from "lucide-react";
import { useState } from "react";
import { api, body } from "@/api/client";
import { useConfig } from "@/api/config";
import type { components } from "@/api/schema";
import { useFormat, useWords } from "@/i18n";
import { Await } from "@/parts/Await";
import { Empty } from "@/parts/Empty";
import { Page, Panel } from "@/parts/Page";
import { addDays } from "@/parts/period";
import css from "./People.module.css";
import { PeopleList } from "./PeopleList";
import { StagePeople } from "./StagePeople";

const route = getRouteApi("/people");
const SHOWN = 50;
const SHOWN_BEHIND = 200;

export function PeoplePage() {
  const { journey, stage, touchpoint } = route.useSearch();
  if (journey && stage) return <InStage journey={journey} stage={stage} />;
  return touchpoint ? <AtTouchpoint touchpoint={touchpoint} /> : <Finder />;
}

function Finder() {
  const { t } = useWords();
  const { q = "" } = route.useSearch();
  const navigate = route.useNavigate();
  const [text, setText] = useState(q);
  const search = useDebouncedCallback((next: string) => void navigate({ search: next ? { q: next } : {}, replace: true }), 220);
  const people = useQuery({
    queryKey: ["people", q],
    queryFn: () => body(api.GET("/api/people", { params: { query: { q, limit: SHOWN } } })),
    placeholderData: keepPreviousData,
    refetchInterval: q ? false : 10_000,
  });
  return (
    <Page title={t("people.title")} lead={t("people.lead")}>
      <search>
        <TextInput
          size="md"
          aria-label={t("people.search")}
          placeholder={t("people.placeholder")}
          leftSection={<Search size={18} aria-hidden />}
          value={text}
          onChange={(event) => {
            setText(event.currentTarget.value);
            search(event.currentTarget.value.trim());
          }}
          autoFocus
          maxLength={256}
          className={css.search}
        />
      </search>
      <Await query={people} height={420}>
        {(found) => (
          <Panel title={t(q ? "people.found" : "people.latest")} flush>
            {found.people.length === 0 ? (
              <Empty title={t(q ? "people.none.title" : "people.empty.title")} text={t(q ? "people.none.text" : "people.empty.text")} />
            ) : (
              <PeopleList people={found.people} caption={t(q ? "people.found" : "people.latest")} />
            )}
            {found.more && q && <p className={css.more}>{t("people.more")}</p>}
          </Panel>
        )}
      </Await>
    </Page>
  );
}

/** The people behind a cell of the journey map. */
function InStage({ journey, stage }: { journey: string; stage: string }) {
  const { t, tn, text } = useWords();
  const window = useDays();
  const config = useConfig();
  const found = config.data?.journeys.find((each) => each.id === journey)?.stages.find((each) => each.id === stage);
  const people = useQuery({
    queryKey: ["people", "stage", journey, stage, window],
    queryFn: () => body(api.GET("/api/insight/journeys/{journey}/stages/{stage}/people", { params: { path: { journey, stage }, query: { ...window, limit: SHOWN_BEHIND } } })),
  });
  return (
    <Behind people={people} lead={(count, range) => t("people.leadStage", { count: tn("journey.people", count), stage: text(found?.name) || stage, range })} />
  );
}

/** The people behind a touchpoint's number. */
function AtTouchpoint({ touchpoint }: { touchpoint: string }) {
  const { t, tn, text } = useWords();
  const window = useDays();
  const found = useConfig().data?.touchpoints.find((each) => each.id === touchpoint);
  const people = useQuery({
    queryKey: ["people", "touchpoint", touchpoint, window],
    queryFn: () => body(api.GET("/api/insight/touchpoints/{touchpoint}/people", { params: { path: { touchpoint }, query: { ...window, limit: SHOWN_BEHIND } } })),
  });
  return (
    <Behind people={people} lead={(count, range) => t("people.leadTouchpoint", { count: tn("journey.people", count), place: text(found?.name) || touchpoint, range })} />
  );
}

function useDays(): { from?: string; to?: string } {
  const { from, to } = route.useSearch();
  return from && to ? { from, to } : {};
}

interface BehindProps {
  people: UseQueryResult<components["schemas"]["StagePeople"]>;
  /** What they have in common, given their number and the days. */
  lead: (count: number, range: string) => string;
}

function Behind({ people, lead }: BehindProps) {
  const { t } = useWords();
  const f = useFormat();
  const { from, to } = useDays();
  const navigate = route.useNavigate();
  const range = from && to ? t("period.range", { from: f.date(from), to: f.date(addDays(to, -1)) }) : "";
  return (
    <Page
      title={t("people.title")}
      lead={people.data && lead(people.data.count, range)}
      controls={
        <Button variant="default" leftSection={<X size={16} aria-hidden />} onClick={() => void navigate({ search: {} })}>
          {t("people.clearStage")}
        </Button>
      }
    >
      <Await query={people} height={420}>
        {(answer) => (
          <Panel flush>
            <StagePeople people={answer.people} />
          </Panel>
        )}
      </Await>
    </Page>
  );
}
