/** The tracking plan: what differs from it, and what each event is to be. */
import { usePlan, type PlannedEvent } from "@/api/plan";
import { useFormat, useWords } from "@/i18n";
import { Await } from "@/parts/Await";
import { DataTable } from "@/parts/DataTable";
import { Empty } from "@/parts/Empty";
import { Page, Panel } from "@/parts/Page";
import { Tag, type TagTone } from "@/parts/Tag";
import { DriftList } from "./DriftList";

const TONE: Record<PlannedEvent["planned"], TagTone> = { plan: "good", pack: "neutral", none: "warn" };

export function PlanPage() {
  const { t } = useWords();
  const plan = usePlan();
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
  const { t, word } = useWords();
  const f = useFormat();
  return (
    <Panel title={t("plan.all")} hint={t("plan.allHint")}>
      <DataTable
        caption={t("plan.all")}
        rows={events}
        rowKey={(event) => event.name}
        columns={[
          { key: "name", head: t("plan.event"), names: true, cell: (event) => <span data-words="given">{word("event", event.name)}</span> },
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
