/** Paths: from each step to the next, what comes before and after one, the ways people go, their changes of channel. */
import { SegmentedControl, Select, Switch } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { useTransitions, type PathChoice } from "@/api/paths";
import { useFormat, useWords } from "@/i18n";
import { Await } from "@/parts/Await";
import { Empty } from "@/parts/Empty";
import { Page, Panel } from "@/parts/Page";
import { addDays, presetWindow, type Window } from "@/parts/period";
import { PeriodPicker, useToday } from "@/parts/PeriodPicker";
import { PATH_STEPS, type PathsSearch } from "@/search";
import { Beside } from "./Beside";
import { Conformance } from "./Conformance";
import { Hops } from "./Hops";
import css from "./Paths.module.css";
import { usePeople } from "./Count";
import { Transitions } from "./Transitions";
import { Ways } from "./Ways";

const route = getRouteApi("/paths");

export function PathsPage() {
  const { t, tn, word } = useWords();
  const f = useFormat();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const today = useToday();
  const window: Window = search.from && search.to ? { from: search.from, to: search.to } : presetWindow("28d", today);
  const choice: PathChoice = { by: search.by ?? "name", per: search.per ?? "person", once: search.once === "1" };
  const change = (next: Partial<PathsSearch>) => void navigate({ search: (old) => ({ ...old, ...next }), resetScroll: false });
  const people = usePeople();
  const transitions = useTransitions(choice, window);
  return (
    <Page
      title={t("paths.title")}
      lead={t("period.range", { from: f.date(window.from), to: f.date(addDays(window.to, -1)) })}
      controls={<PeriodPicker window={window} onChange={change} />}
    >
      <Panel>
        <div className={css.controls}>
          <Select
            label={t("paths.by")}
            w={220}
            allowDeselect={false}
            value={choice.by}
            onChange={(by) => change({ by: by as PathsSearch["by"], pivot: undefined })}
            data={PATH_STEPS.map((each) => ({ value: each, label: word("paths.by", each) }))}
          />
          <SegmentedControl
            aria-label={t("paths.per")}
            value={choice.per}
            onChange={(per) => change({ per: per === "session" ? "session" : undefined })}
            data={[
              { value: "person", label: t("paths.per.person") },
              { value: "session", label: t("paths.per.session") },
            ]}
          />
          <Switch label={t("paths.once")} checked={choice.once} onChange={(e) => change({ once: e.currentTarget.checked ? "1" : undefined })} />
        </div>
      </Panel>
      <Await query={transitions} height={420}>
        {(found) =>
          found.paths === 0 ? (
            <Panel>
              <Empty title={t("paths.empty.title")} text={t("paths.empty.text")} />
            </Panel>
          ) : (
            <>
              <p className={css.quiet}>
                {tn("paths.count", found.paths)} · {tn("paths.people", found.people)}
              </p>
              <Transitions found={found} choice={choice} window={window} least={search.least ?? 5} onLeast={(least) => change({ least })} open={people.open} />
              <Beside
                steps={found.steps}
                choice={choice}
                window={window}
                asked={{
                  pivot: search.pivot ?? found.steps[0]?.step ?? "",
                  direction: search.direction ?? "after",
                  columns: search.steps ?? 3,
                  every: search.every === "1",
                }}
                onChange={change}
                open={people.open}
              />
              <div className={css.grid}>
                <Ways choice={choice} window={window} open={people.open} />
                <Hops window={window} sameOrder={search.order === "1"} onSameOrder={(order) => change({ order: order ? "1" : undefined })} open={people.open} />
              </div>
              <Conformance chosen={search.journey} window={window} onChoose={(journey) => change({ journey })} open={people.open} />
            </>
          )
        }
      </Await>
      {people.drawer}
    </Page>
  );
}
