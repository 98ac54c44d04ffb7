/** Live events: is it all arriving, is it right. */
import { Button, SegmentedControl } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { Pause, Play } from "lucide-react";
import { useState } from "react";
import { useStatus } from "@/api/status";
import { useFormat, useWords } from "@/i18n";
import { Failure, Loading } from "@/parts/Await";
import { Empty } from "@/parts/Empty";
import { Page, Panel } from "@/parts/Page";
import { VERDICTS, type ShownVerdict } from "@/search";
import { EventDrawer } from "./EventDrawer";
import { EventList } from "./EventList";
import type { LiveItem } from "./feed";
import css from "./Live.module.css";
import { useLiveFeed, type StreamState } from "./useLiveFeed";

const route = getRouteApi("/live");

export function LivePage() {
  const { verdict } = route.useSearch();
  return <LiveOf key={verdict ?? "all"} verdict={verdict} />;
}

function LiveOf({ verdict }: { verdict: ShownVerdict | undefined }) {
  const { t, tn } = useWords();
  const navigate = route.useNavigate();
  const { state, act, stream, recent } = useLiveFeed(verdict);
  const [open, setOpen] = useState<LiveItem | null>(null);
  const filter = (value: string) =>
    void navigate({ search: value === "all" ? {} : { verdict: value as ShownVerdict }, replace: true });
  return (
    <Page
      title={t("live.title")}
      lead={t("live.lead")}
      controls={
        <>
          <StreamMark state={stream} paused={state.paused} />
          <Button
            variant="default"
            leftSection={state.paused ? <Play size={16} aria-hidden /> : <Pause size={16} aria-hidden />}
            onClick={() => act({ type: state.paused ? "resume" : "pause" })}
          >
            {t(state.paused ? "live.resume" : "live.pause")}
          </Button>
        </>
      }
    >
      <div className={css.bar}>
        <SegmentedControl
          aria-label={t("live.filter")}
          value={verdict ?? "all"}
          onChange={filter}
          data={[{ value: "all", label: t("live.all") }, ...VERDICTS.map((each) => ({ value: each, label: t(`verdict.${each}`) }))]}
        />
        <Duplicates />
      </div>
      {state.missed > 0 && <p className={css.note}>{tn("live.missed", state.missed)}</p>}
      <Panel flush>
        {state.paused && state.waiting.length > 0 && (
          <button type="button" className={css.waiting} onClick={() => act({ type: "resume" })}>
            {tn("live.waiting", state.waiting.length)}
          </button>
        )}
        {recent.error && state.shown.length === 0 && <Failure error={recent.error} retry={() => void recent.refetch()} />}
        {recent.isPending && state.shown.length === 0 && (
          <div className={css.pad}>
            <Loading height={300} />
          </div>
        )}
        {recent.data && state.shown.length === 0 && (
          <Empty title={t(verdict ? "live.emptyFilter.title" : "live.empty.title")} text={t(verdict ? "live.emptyFilter.text" : "live.empty.text")} />
        )}
        {state.shown.length > 0 && <EventList items={state.shown} onOpen={setOpen} />}
      </Panel>
      <EventDrawer item={open && (state.shown.find((item) => item.key === open.key) ?? open)} onClose={() => setOpen(null)} />
    </Page>
  );
}

function StreamMark({ state, paused }: { state: StreamState; paused: boolean }) {
  const { t } = useWords();
  const shown = paused && state === "open" ? "paused" : state;
  return (
    <span className={css.stream} data-state={shown} role="status">
      <span className={css.streamDot} aria-hidden />
      {t(`live.stream.${shown}`)}
    </span>
  );
}

function Duplicates() {
  const { t } = useWords();
  const f = useFormat();
  const duplicates = useStatus().data?.today.duplicate ?? 0;
  return <p className={css.quiet}>{t("live.duplicates", { n: f.whole(duplicates) })}</p>;
}
