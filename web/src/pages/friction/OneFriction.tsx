/** One friction: what it costs, why to believe it, what to do, and whether that helped. */
import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { ArrowLeft } from "lucide-react";
import { useMeasured, usePlan, useRoadmap, type FrictionRecord, type FrictionsRecord, type FrictionState } from "@/api/frictions";
import { useMay } from "@/api/session";
import { useFormat, useWords } from "@/i18n";
import { useErrorText } from "@/parts/Await";
import { DataTable } from "@/parts/DataTable";
import { Facts } from "@/parts/Facts";
import { Page, Panel } from "@/parts/Page";
import { Examples } from "./Examples";
import css from "./Friction.module.css";
import { signalOf, stateOf, statusOf } from "./friction";
import { Measured } from "./Measured";
import { Grade, StatusTag, useMoney, useNaming, usePeopleOf, Worth } from "./parts";
import { StatusForm } from "./StatusForm";

interface OneProps {
  found: FrictionsRecord;
  friction: string;
  states: readonly FrictionState[] | undefined;
}

export function OneFriction({ found, friction, states }: OneProps) {
  const { t, text, word } = useWords();
  const { name, place } = useNaming(found);
  const people = usePeopleOf();
  const may = useMay("people");
  const one = found.frictions.find((each) => each.key === friction);
  const state = stateOf(states, friction);
  const measured = useMeasured(friction, state?.mended_on ?? null);
  const back = (
    <Link to="/friction" className={css.back}>
      <ArrowLeft size={16} aria-hidden /> {t("friction.back")}
    </Link>
  );
  const status = statusOf(state, measured.data?.enough ?? false);
  if (!one) {
    return (
      <Page title={friction.split("~").filter(Boolean).join(" · ")} lead={t("friction.gone")} controls={back}>
        <StatusForm friction={friction} state={state} status={status} people={0} />
      </Page>
    );
  }
  return (
    <Page title={name(one)} lead={`${place(one)}. ${text(signalOf(found, one)?.about)}.`} controls={back}>
      <div className={css.grid}>
        <Panel title={t("friction.value")} className={css.stack}>
          <div className={css.big}>
            <Worth one={one} />
          </div>
          <ValueFacts one={one} />
          <p className={css.tags}>
            {people.count(one, name(one))} <Grade grade={one.grade} /> <StatusTag status={status} />
          </p>
          <p className={css.quiet}>{word("friction.grade", `${one.grade}.about`)}</p>
        </Panel>
        <Panel title={t("friction.act")}>
          <p className={css.action}>{text(one.action)}</p>
          <Act one={one} title={name(one)} />
        </Panel>
        <StatusForm friction={one.key} state={state} status={status} people={one.people} />
        {state?.mended_on && <Measured query={measured} day={state.mended_on} />}
      </div>
      <Evidence one={one} />
      {may && <Examples friction={one.key} />}
      {people.drawer}
    </Page>
  );
}

function ValueFacts({ one }: { one: FrictionRecord }) {
  const { t } = useWords();
  const money = useMoney();
  return (
    <Facts
      counts
      facts={one.value.flatMap((value) => {
        const order = one.worth.find((each) => each.currency === value.currency);
        return [
          [t("friction.value.lost"), value.lost !== 0 && money(value.lost, value.currency)],
          [t("friction.value.contacts"), value.contacts !== 0 && money(value.contacts, value.currency)],
          [t("friction.value.order"), value.lost !== 0 && order && money(order.mean, order.currency)],
        ] as const;
      })}
    />
  );
}

function Act({ one, title }: { one: FrictionRecord; title: string }) {
  const { t, text } = useWords();
  const may = useMay("data");
  const roadmap = useRoadmap();
  const plan = usePlan();
  const say = useErrorText();
  const planned = roadmap.data?.steps.some((step) => step.item.friction === one.key);
  const value = one.value.find((each) => each.currency === roadmap.data?.currency);
  return (
    <div className={css.buttons}>
      <Button variant="default" classNames={{ root: css.wrap, label: css.wrap }} renderRoot={(props) => <Link to="/playbooks" search={one.play ? { play: one.play.id } : {}} {...props} />}>
        {one.play ? t("friction.play", { name: text(one.play.name) }) : t("friction.noPlay")}
      </Button>
      {planned ? (
        <Link to="/roadmap">{t("friction.onRoadmap")}</Link>
      ) : (
        may && (
          <Button
            loading={plan.isPending}
            onClick={() =>
              plan.mutate({
                item: {
                  title: title.slice(0, 200),
                  effort_days: 5,
                  cost: 0,
                  value: value?.a_year ?? 0,
                  value_low: value?.ci_low ?? 0,
                  value_high: value?.ci_high ?? 0,
                  friction: one.key,
                  after: [],
                },
              })
            }
          >
            {t("friction.toRoadmap")}
          </Button>
        )
      )}
      {plan.error && <p role="alert">{say(plan.error)}</p>}
    </div>
  );
}

function Evidence({ one }: { one: FrictionRecord }) {
  const { t, tn, word } = useWords();
  const f = useFormat();
  const points = (share: number) => f.signed(share * 100, 1);
  return (
    <Panel title={t("friction.evidence")} hint={tn("friction.evidence.weeks", one.visits, { of: f.whole(one.of) })}>
      <DataTable
        caption={t("friction.evidence")}
        rows={Object.entries(one.effects)}
        rowKey={([outcome]) => outcome}
        columns={[
          { key: "outcome", names: true, head: t("friction.col.outcome"), cell: ([outcome]) => word("friction.outcome", outcome) },
          { key: "with", number: true, head: t("friction.col.with"), cell: ([, effect]) => f.percent(effect.risk) },
          { key: "without", number: true, head: t("friction.col.without"), cell: ([, effect]) => f.percent(effect.usual) },
          {
            key: "excess",
            number: true,
            head: t("friction.col.excess"),
            cell: ([, effect]) => `${points(effect.excess)} (${t("friction.between", { low: points(effect.ci_low), high: points(effect.ci_high) })})`,
          },
          { key: "n", number: true, head: t("friction.col.n"), cell: ([, effect]) => f.whole(effect.n) },
          {
            key: "before",
            number: true,
            head: t("friction.col.before"),
            cell: ([outcome]) => {
              const placebo = one.placebos[outcome];
              return placebo ? points(placebo.excess) : "–";
            },
          },
          {
            key: "weeks",
            head: t("friction.col.weeks"),
            cell: ([outcome]) => {
              const slope = one.slopes[outcome];
              if (!slope) return "–";
              return slope.low > 0 ? t("friction.yes") : slope.high < 0 ? t("friction.opposite") : t("friction.unclear");
            },
          },
        ]}
      />
    </Panel>
  );
}
