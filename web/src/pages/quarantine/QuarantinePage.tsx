/** The quarantine: what could not be taken, why, and how to mend it. */
import { Button, SegmentedControl } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { ArrowLeft, X } from "lucide-react";
import { useQuarantineGroups, type QuarantineGroup, type QuarantineState, type Which } from "@/api/quarantine";
import { useFormat, useWords } from "@/i18n";
import { Await } from "@/parts/Await";
import { DataTable } from "@/parts/DataTable";
import { Empty } from "@/parts/Empty";
import { Page, Panel } from "@/parts/Page";
import { UNNAMED, type QuarantineSearch } from "@/search";
import { Items } from "./Items";
import { MendForm } from "./MendForm";
import css from "./Quarantine.module.css";

const route = getRouteApi("/quarantine");
const STATES: readonly QuarantineState[] = ["waiting", "replayed", "dismissed"];

export function QuarantinePage() {
  const { t } = useWords();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const state = search.state ?? "waiting";
  const { open, ...filters } = search;
  const which = whichOf(search);
  return (
    <Page
      title={t("quarantine.title")}
      lead={t("quarantine.lead")}
      controls={
        <SegmentedControl
          aria-label={t("quarantine.state")}
          value={state}
          onChange={(value) => void navigate({ search: { ...filters, state: value === "waiting" ? undefined : (value as "replayed") } })}
          data={STATES.map((each) => ({ value: each, label: t(`quarantine.state.${each}`) }))}
        />
      }
    >
      {open ? (
        <One which={which} state={state} onBack={() => void navigate({ search: { state: search.state } })} />
      ) : (
        <Groups which={which} state={state} onOpen={(group) => void navigate({ search: { ...groupSearch(group), state: search.state, open: "1" } })} onClear={() => void navigate({ search: { state: search.state } })} />
      )}
    </Page>
  );
}

function whichOf(search: QuarantineSearch): Which {
  const { verdict, reason, source, event } = search;
  return { verdict, reason, source, event: event === UNNAMED ? "" : event };
}

const groupSearch = (group: QuarantineGroup): QuarantineSearch => ({
  verdict: group.verdict,
  reason: group.reason ?? undefined,
  source: group.source,
  event: group.event ?? UNNAMED,
});

interface GroupsProps {
  which: Which;
  state: QuarantineState;
  onOpen: (group: QuarantineGroup) => void;
  onClear: () => void;
}

function Groups({ which, state, onOpen, onClear }: GroupsProps) {
  const { t, tn, word } = useWords();
  const f = useFormat();
  const groups = useQuarantineGroups(which, state);
  const filtered = Object.values(which).some((value) => value !== undefined);
  return (
    <Await query={groups} height={320}>
      {(found) => (
        <Panel
          title={tn("quarantine.items", found.items)}
          hint={filtered ? <Filters which={which} /> : t(`quarantine.hint.${state}`)}
          actions={
            filtered && (
              <Button size="compact-sm" variant="subtle" leftSection={<X size={14} aria-hidden />} onClick={onClear}>
                {t("quarantine.clear")}
              </Button>
            )
          }
        >
          {found.groups.length === 0 ? (
            <Empty title={t(`quarantine.empty.${state}`)} text={t(`quarantine.emptyText.${state}`)} />
          ) : (
            <DataTable
              caption={t("quarantine.groups")}
              rows={found.groups}
              rowKey={(group) => `${group.verdict} ${group.reason} ${group.source} ${group.event}`}
              columns={[
                {
                  key: "reason",
                  head: t("quarantine.reason"),
                  names: true,
                  cell: (group) => (
                    <span className={css.reason}>
                      {word("reason", group.reason ?? group.verdict)}
                      <code className="mono quiet">{group.reason ?? group.verdict}</code>
                    </span>
                  ),
                },
                { key: "event", head: t("live.event"), cell: (group) => (group.event ? word("event", group.event) : t("quarantine.unnamed")) },
                { key: "source", head: t("live.source"), cell: (group) => <span data-words="given">{group.source}</span> },
                { key: "items", head: t("quarantine.count"), number: true, cell: (group) => f.whole(group.items) },
                { key: "last", head: t("quarantine.last"), number: true, cell: (group) => f.moment(group.last_at) },
                {
                  key: "open",
                  head: <span className="hidden-text">{t("quarantine.action")}</span>,
                  number: true,
                  cell: (group) => (
                    <Button size="compact-sm" variant="light" onClick={() => onOpen(group)} aria-label={t("quarantine.openOne", { reason: word("reason", group.reason ?? group.verdict), source: group.source })}>
                      {t(state === "waiting" ? "quarantine.mend" : "quarantine.look")}
                    </Button>
                  ),
                },
              ]}
            />
          )}
        </Panel>
      )}
    </Await>
  );
}

function Filters({ which }: { which: Which }) {
  const { t, word } = useWords();
  const said = [
    which.reason && word("reason", which.reason),
    which.source && `${t("live.source")}: ${which.source}`,
    which.event !== undefined && (which.event ? word("event", which.event) : t("quarantine.unnamed")),
    which.verdict && !which.reason && word("verdict", which.verdict),
  ].filter(Boolean);
  return <span data-words="given">{said.join(" · ")}</span>;
}

function One({ which, state, onBack }: { which: Which; state: QuarantineState; onBack: () => void }) {
  const { t, tn, word } = useWords();
  const groups = useQuarantineGroups(which, state);
  const number = groups.data?.items ?? 0;
  return (
    <>
      <div className={css.head}>
        <Button variant="subtle" leftSection={<ArrowLeft size={16} aria-hidden />} onClick={onBack}>
          {t("quarantine.back")}
        </Button>
        <div>
          <h2 className={css.headTitle}>{word("reason", which.reason ?? which.verdict ?? "")}</h2>
          <p className="quiet">
            <Filters which={{ ...which, reason: undefined, verdict: undefined }} /> · {tn("quarantine.items", number)}
          </p>
        </div>
      </div>
      <div className={css.split} data-alone={state !== "waiting" || undefined}>
        <Items which={which} state={state} />
        {state === "waiting" && number > 0 && <MendForm key={JSON.stringify(which)} which={which} number={number} />}
      </div>
    </>
  );
}
