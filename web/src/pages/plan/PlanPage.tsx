/** The tracking plan: what differs from it, and what each event is to be. */
import { getRouteApi, Link } from "@tanstack/react-router";
import { usePlan, type PlannedEvent } from "@/api/plan";
import { useFormat, useWords } from "@/i18n";
import { Await } from "@/parts/Await";
import { DataTable } from "@/parts/DataTable";
import { Empty } from "@/parts/Empty";
import { Page, Panel } from "@/parts/Page";
import { Tag, type TagTone } from "@/parts/Tag";
import { DriftList } from "./DriftList";
import { Properties } from "./Properties";

const route = getRouteApi("/plan");

const TONE: Record<PlannedEvent["planned"], TagTone> = { plan: "good", pack: "neutral", none: "warn" };

export function PlanPage() {
  const { t } = useWords();
  const plan = usePlan();
  const { event } = route.useSearch();
  return (
    <Page title={t("plan.title")} lead={t("plan.lead")}>
      <Await query={plan} height={420}>
        {(found) =>
          found.events.length === 0 ? (
            <Panel>
              <Empty title={t("plan.empty.title")} text={t("plan.empty.text")} />
            </Panel>
          ) : (
            <>
              {event && <Properties event={event} />}
              <DriftList drift={found.drift} />
              <Events events={found.events} />
            </>
          )
        }
      </Await>
    </Page>
  );
}

function Events({ events }: { events: readonly PlannedEvent[] }) {
  const { t } = useWords();
  const f = useFormat();
  return (
    <Panel title={t("plan.all")} hint={t("plan.allHint")}>
      <DataTable
        caption={t("plan.all")}
        rows={events}
        rowKey={(event) => event.name}
        columns={[
          { key: "name", head: t("plan.event"), names: true, cell: (event) => <Name event={event.name} /> },
          {
            key: "state",
            head: t("plan.state"),
            cell: (event) => <Tag tone={TONE[event.planned]}>{event.planned === "plan" ? t("plan.planned.plan", { n: event.version ?? 1 }) : t(`plan.planned.${event.planned}`)}</Tag>,
          },
          { key: "new", head: t("plan.newProperties"), cell: (event) => t(`plan.word.${event.new_properties}`) },
          { key: "types", head: t("plan.types"), cell: (event) => t(`plan.word.${event.types}`) },
          { key: "events", head: t("plan.events"), number: true, cell: (event) => f.whole(event.events) },
        ]}
      />
    </Panel>
  );
}

/** An event's name leads to its properties. */
function Name({ event }: { event: string }) {
  const { t, word } = useWords();
  return (
    <Link to="/plan" search={{ event }} data-words="given" aria-label={t("uses.open", { event: word("event", event) })}>
      {word("event", event)}
    </Link>
  );
}
