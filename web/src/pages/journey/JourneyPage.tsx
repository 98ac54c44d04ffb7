/** The journey map: one journey in three lenses over before, during and after, on one denominator. */
import { Select, Switch } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { useConfig } from "@/api/config";
import { useJourneyMap, type JourneyMapRecord } from "@/api/insight";
import { useFormat, useWords } from "@/i18n";
import { Await } from "@/parts/Await";
import { Empty } from "@/parts/Empty";
import { Incomplete } from "@/parts/KpiNumber";
import { Page, Panel } from "@/parts/Page";
import { addDays, presetWindow, type Window } from "@/parts/period";
import { PeriodPicker, useToday } from "@/parts/PeriodPicker";
import { TwinSwitch } from "@/parts/Twin";
import type { Lens } from "@/search";
import { Changes } from "./Changes";
import css from "./Journey.module.css";
import { MapGrid } from "./MapGrid";
import { MapTable } from "./MapTable";
import { StageDrawer } from "./StageDrawer";

const route = getRouteApi("/journey");

export function JourneyPage() {
  const { t, text } = useWords();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const today = useToday();
  const config = useConfig();
  const journeys = config.data?.journeys ?? [];
  const journey = search.journey ?? journeys[0]?.id;
  const window: Window = search.from && search.to ? { from: search.from, to: search.to } : presetWindow("13w", today);
  const map = useJourneyMap(journey, window);
  return (
    <Page
      wide
      title={t("journey.title")}
      lead={map.data && <Denominator map={map.data} />}
      controls={
        <>
          {journeys.length > 1 && (
            <Select
              label={t("journey.choose")}
              allowDeselect={false}
              value={journey ?? null}
              onChange={(next) => next && void navigate({ search: (old) => ({ ...old, journey: next, stage: undefined, lens: undefined }) })}
              data={journeys.map((each) => ({ value: each.id, label: text(each.name) }))}
            />
          )}
          <Switch
            label={t("journey.compare")}
            checked={search.compare === "before"}
            onChange={(event) => {
              const compare = event.currentTarget.checked ? "before" : undefined;
              void navigate({ search: (old) => ({ ...old, compare }), resetScroll: false });
            }}
          />
          <PeriodPicker window={window} onChange={(next) => void navigate({ search: (old) => ({ ...old, ...next }) })} />
        </>
      }
    >
      <Await query={config} height={480}>
        {() =>
          journeys.length === 0 ? (
            <Panel>
              <Empty title={t("journey.none.title")} text={t("journey.none.text")} />
            </Panel>
          ) : (
            <Await query={map} height={480}>
              {(found) => <Map map={found} window={window} stale={map.isPlaceholderData} />}
            </Await>
          )
        }
      </Await>
    </Page>
  );
}

function Denominator({ map }: { map: JourneyMapRecord }) {
  const { t, tn } = useWords();
  const f = useFormat();
  const range = t("period.range", { from: f.date(map.window.from), to: f.date(addDays(map.window.to, -1)) });
  return (
    <>
      {tn("journey.lead", map.people, { range })} {map.unplaced > 0 && t("journey.unplaced", { n: f.whole(map.unplaced) })}{" "}
      {!map.complete && <Incomplete />}
    </>
  );
}

function Map({ map, window, stale }: { map: JourneyMapRecord; window: Window; stale: boolean }) {
  const { t } = useWords();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const open = (stage: string, lens: Lens) => void navigate({ search: (old) => ({ ...old, stage, lens }), resetScroll: false });
  const close = () => void navigate({ search: (old) => ({ ...old, stage: undefined, lens: undefined }), resetScroll: false });
  const shown = map.stages.find((stage) => stage.stage === search.stage) ?? null;
  if (map.people === 0 && map.live === 0) {
    return (
      <Panel>
        <Empty title={t("journey.empty.title")} text={t("journey.empty.text")} />
      </Panel>
    );
  }
  return (
    <div className={css.whole} aria-busy={stale} data-stale={stale || undefined}>
      <div className={css.switch}>
        <TwinSwitch view={search.view ?? "chart"} onChange={(view) => void navigate({ search: (old) => ({ ...old, view: view === "table" ? "table" : undefined }), resetScroll: false })} />
      </div>
      {search.compare === "before" && <Changes map={map} window={window} />}
      {search.view === "table" ? (
        <Panel>
          <MapTable map={map} />
        </Panel>
      ) : (
        <MapGrid map={map} onOpen={open} />
      )}
      <StageDrawer map={map} stage={shown} lens={search.lens ?? "front"} window={window} onLens={(lens) => shown && open(shown.stage, lens)} onClose={close} />
    </div>
  );
}
