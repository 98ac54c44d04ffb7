/** Where people meet the company: the inventory by phase, the moments of truth, and what happens nowhere. */
import { Switch } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { useTouchpoints, type InventoryRecord, type InventoryRow } from "@/api/touchpoints";
import { useFormat, useWords } from "@/i18n";
import { Await } from "@/parts/Await";
import { Empty } from "@/parts/Empty";
import { Incomplete } from "@/parts/KpiNumber";
import { Page, Panel } from "@/parts/Page";
import { addDays, presetWindow, type Window } from "@/parts/period";
import { PeriodPicker, useToday } from "@/parts/PeriodPicker";
import { PhaseTag } from "@/parts/Tag";
import { Inventory } from "./Inventory";
import { Proposed } from "./Proposed";
import { Truths } from "./Truths";

const route = getRouteApi("/touchpoints");
const PHASES = ["before", "during", "after"] as const;

export function TouchpointsPage() {
  const { t } = useWords();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const today = useToday();
  const window: Window = search.from && search.to ? { from: search.from, to: search.to } : presetWindow("28d", today);
  const found = useTouchpoints(window);
  const silent = search.silent === "shown";
  return (
    <Page
      wide
      title={t("touchpoints.title")}
      lead={found.data && <Lead of={found.data} />}
      controls={<PeriodPicker window={window} onChange={(next) => void navigate({ search: (old) => ({ ...old, ...next }) })} />}
    >
      <Await query={found} height={480}>
        {(inventory) =>
          inventory.people === 0 && inventory.touchpoints.every((each) => each.events === 0) ? (
            <Panel>
              <Empty title={t("touchpoints.empty.title")} text={t("touchpoints.empty.text")} />
            </Panel>
          ) : (
            <>
              <Truths of={inventory} />
              <Phases of={inventory} window={window} silent={silent} onSilent={(shown) => void navigate({ search: (old) => ({ ...old, silent: shown ? "shown" : undefined }), replace: true })} />
              <Proposed of={inventory.proposed} />
            </>
          )
        }
      </Await>
    </Page>
  );
}

function Lead({ of }: { of: InventoryRecord }) {
  const { t, tn } = useWords();
  const f = useFormat();
  const range = t("period.range", { from: f.date(of.window.from), to: f.date(addDays(of.window.to, -1)) });
  return (
    <>
      {tn("touchpoints.lead", of.people, { range })} {!of.complete && <Incomplete />}
    </>
  );
}

interface PhasesProps {
  of: InventoryRecord;
  window: Window;
  silent: boolean;
  onSilent: (shown: boolean) => void;
}

/** A panel a phase; then those that no pack describes. */
function Phases({ of, window, silent, onSilent }: PhasesProps) {
  const { t, tn } = useWords();
  const shown = of.touchpoints.filter((each) => silent || each.events > 0 || each.events_before > 0);
  const rows = (phase: InventoryRow["phase"]) => shown.filter((each) => each.phase === phase);
  return (
    <>
      {PHASES.map((phase) => (
        <Panel key={phase} title={<PhaseTag phase={phase} long />}>
          <Inventory rows={rows(phase)} window={window} caption={t(`phase.${phase}.long`)} />
        </Panel>
      ))}
      {rows(null).length > 0 && (
        <Panel title={t("touchpoints.undeclared")} hint={t("touchpoints.undeclared.about")}>
          <Inventory rows={rows(null)} window={window} caption={t("touchpoints.undeclared")} />
        </Panel>
      )}
      {of.silent > 0 && (
        <Switch
          checked={silent}
          onChange={(event) => onSilent(event.currentTarget.checked)}
          label={t("touchpoints.showSilent")}
          description={tn("touchpoints.silent", of.silent)}
        />
      )}
    </>
  );
}
