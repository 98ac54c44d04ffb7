/** Where paths hurt, the dearest first; with a key in the address, one of them. */
import { Button } from "@mantine/core";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useFrictions, useFrictionStates, type FrictionRecord, type FrictionsRecord, type FrictionState } from "@/api/frictions";
import { useFormat, useWords } from "@/i18n";
import { Await } from "@/parts/Await";
import { Empty } from "@/parts/Empty";
import { Page, Panel } from "@/parts/Page";
import { addDays } from "@/parts/period";
import { useNow } from "@/parts/useNow";
import css from "./Friction.module.css";
import { excessOf, isShown, stateOf, statusOf } from "./friction";
import { OneFriction } from "./OneFriction";
import { Grade, StatusTag, useMoney, useNaming, usePeopleOf, Worth } from "./parts";

const route = getRouteApi("/friction");

export function FrictionPage() {
  const { t } = useWords();
  const { key, all } = route.useSearch();
  const navigate = route.useNavigate();
  const found = useFrictions();
  const states = useFrictionStates();
  if (found.data && key) return <OneFriction key={key} found={found.data} friction={key} states={states.data?.frictions} />;
  return (
    <Page title={t("friction.title")} lead={found.data && <Lead found={found.data} />}>
      {found.isPending && (
        <p className={css.quiet} role="status">
          {t("friction.working")}
        </p>
      )}
      <Await query={found} height={420}>
        {(answer) => <List found={answer} states={states.data?.frictions} all={all === "1"} onAll={() => void navigate({ search: { all: "1" }, resetScroll: false })} />}
      </Await>
    </Page>
  );
}

function Lead({ found }: { found: FrictionsRecord }) {
  const { t } = useWords();
  const f = useFormat();
  const now = useNow();
  const money = useMoney();
  const range = t("period.range", { from: f.date(found.window.from), to: f.date(addDays(found.window.to, -1)) });
  return (
    <>
      {t("friction.lead", { range, cost: money(found.contact_cost, found.currency) })} {t("friction.foundAt", { when: f.ago(found.found_at, now) })}
    </>
  );
}

interface ListProps {
  found: FrictionsRecord;
  states: readonly FrictionState[] | undefined;
  all: boolean;
  onAll: () => void;
}

function List({ found, states, all, onAll }: ListProps) {
  const { t, tn } = useWords();
  const money = useMoney();
  const { name } = useNaming(found);
  const shown = found.frictions.filter(isShown);
  const others = found.frictions.filter((one) => !isShown(one));
  const first = shown[0];
  const value = first?.value[0];
  if (found.frictions.length === 0) {
    return (
      <Panel>
        <Empty title={t("friction.empty.title")} text={t("friction.empty.text")} />
      </Panel>
    );
  }
  return (
    <>
      <Panel
        title={tn("friction.sum", shown.length)}
        hint={
          <>
            {first && value && <>{t("friction.first", { name: name(first), value: money(value.a_year, value.currency) })} </>}
            {t("friction.overlap")}
          </>
        }
        flush
      >
        <Rows found={found} rows={shown} states={states} />
      </Panel>
      {others.length > 0 &&
        (all ? (
          <Panel title={t("friction.others")} hint={t("friction.others.about")} flush>
            <Rows found={found} rows={others} states={states} />
          </Panel>
        ) : (
          <Button variant="default" onClick={onAll}>
            {tn("friction.showOthers", others.length)}
          </Button>
        ))}
    </>
  );
}

function Rows({ found, rows, states }: { found: FrictionsRecord; rows: readonly FrictionRecord[]; states: readonly FrictionState[] | undefined }) {
  const { t } = useWords();
  const { name, place } = useNaming(found);
  const people = usePeopleOf();
  return (
    <>
      <ol className={css.list}>
        {rows.map((one) => {
          const excess = excessOf(one);
          return (
            <li key={one.key} className={css.row}>
              <div className={css.what}>
                <Link to="/friction" search={{ key: one.key }} className={css.name}>
                  {name(one)}
                </Link>
                <span className={css.quiet}>{place(one)}</span>
              </div>
              <div className={css.hit}>
                {people.count(one, name(one))}
                {excess && isShown(one) && <span className={css.quiet}>{t(`friction.excess.${excess.outcome as "lost" | "contact" | "low"}`, { n: excess.points })}</span>}
              </div>
              <div className={css.price}>
                <Worth one={one} />
              </div>
              <div className={css.tags}>
                <Grade grade={one.grade} />
                <StatusTag status={statusOf(stateOf(states, one.key), false)} />
              </div>
            </li>
          );
        })}
      </ol>
      {people.drawer}
    </>
  );
}
