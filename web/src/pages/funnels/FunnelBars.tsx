import type { FunnelRecord } from "@/api/paths";
import { useFormat, useWords } from "@/i18n";
import { DataTable } from "@/parts/DataTable";
import { Twin } from "@/parts/Twin";
import { Count } from "@/pages/paths/Count";
import { barsOf, type Bar } from "./bars";
import css from "./Funnels.module.css";
import { useStepText } from "./text";

type State = "reached" | "open" | "lost";
type Step = FunnelRecord["groups"][number]["steps"][number];

interface FunnelBarsProps {
  found: FunnelRecord;
  open: (title: string, number: number, state: State) => void;
}

export function FunnelBars({ found, open }: FunnelBarsProps) {
  const { t } = useWords();
  const say = useStepText();
  const [whole, ...groups] = found.groups;
  if (!whole) return null;
  const behind = (step: Step, number: number, state: State) => open(`${say(step.step)} · ${t(`funnels.${state}`)}`, number, state);
  return (
    <>
      <Twin
        title={t("funnels.funnel")}
        hint={found.complete ? t("funnels.hint") : t("funnels.hintOpen")}
        chart={<Bars steps={whole.steps} behind={behind} />}
        table={<Table steps={whole.steps} behind={behind} />}
      />
      {groups.length > 0 && (
        <Twin
          title={t("funnels.groups")}
          hint={t("funnels.groups.hint")}
          chart={
            <div className={css.groups}>
              {groups.map((group) => (
                <section key={group.by ?? ""}>
                  <h3 className={css.groupName}>{group.by ?? t("kpi.unknown")}</h3>
                  <Bars steps={group.steps} />
                </section>
              ))}
            </div>
          }
          table={<GroupTable found={found} />}
        />
      )}
    </>
  );
}

function Bars({ steps, behind }: { steps: readonly Step[]; behind?: (step: Step, number: number, state: State) => void }) {
  const { t } = useWords();
  const f = useFormat();
  const say = useStepText();
  return (
    <ol className={css.bars}>
      {barsOf(steps).map((bar, at) => {
        const step = steps[at] as Step;
        return (
          <li key={at}>
            <div className={css.barHead}>
              <span className={css.stepName}>
                {at + 1}. {say(step.step)}
              </span>
              <span>
                {behind ? <Count n={step.reached} onOpen={() => behind(step, at + 1, "reached")} /> : f.whole(step.reached)}
                {at > 0 && step.of_previous.value !== null && <span className={css.quiet}> · {t("funnels.ofPrevious", { share: f.percent(step.of_previous.value) })}</span>}
              </span>
            </div>
            <BarOf bar={bar} />
            {at > 0 && (
              <p className={css.quiet}>
                {step.of_first.value !== null && step.of_first.ci_low !== null && step.of_first.ci_high !== null && (
                  <>{t("funnels.ofFirst", { share: f.percent(step.of_first.value), low: f.percent(step.of_first.ci_low), high: f.percent(step.of_first.ci_high) })} · </>
                )}
                {step.median_s !== null && step.p90_s !== null && <>{t("funnels.took", { median: f.duration(step.median_s), p90: f.duration(step.p90_s) })} · </>}
                {t("funnels.open")} {behind ? <Count n={step.open} onOpen={() => behind(step, at + 1, "open")} /> : f.whole(step.open)} · {t("funnels.lost")}{" "}
                {behind ? <Count n={step.lost} onOpen={() => behind(step, at + 1, "lost")} /> : f.whole(step.lost)}
              </p>
            )}
          </li>
        );
      })}
    </ol>
  );
}

function BarOf({ bar }: { bar: Bar }) {
  const percent = (share: number) => `${(share * 100).toFixed(2)}%`;
  return (
    <span className={css.track} aria-hidden>
      <span className={css.reached} style={{ width: percent(bar.reached) }} />
      <span className={css.open} style={{ left: percent(bar.reached), width: percent(bar.open) }} />
      {bar.low !== null && bar.high !== null && <span className={css.whisker} style={{ left: percent(bar.low), width: percent(bar.high - bar.low) }} />}
    </span>
  );
}

function Table({ steps, behind }: { steps: readonly Step[]; behind: (step: Step, number: number, state: State) => void }) {
  const { t } = useWords();
  const f = useFormat();
  const say = useStepText();
  const rows = steps.map((step, at) => ({ ...step, number: at + 1 }));
  const count = (state: State) => (row: (typeof rows)[number]) => <Count n={row[state]} onOpen={() => behind(row, row.number, state)} />;
  const share = (value: number | null) => (value === null ? "–" : f.percent(value));
  return (
    <DataTable
      caption={t("funnels.funnel")}
      rows={rows}
      rowKey={(row) => String(row.number)}
      columns={[
        { key: "step", head: t("funnels.stepHead"), names: true, cell: (row) => `${row.number}. ${say(row.step)}` },
        { key: "reached", head: t("funnels.reached"), number: true, cell: count("reached") },
        { key: "open", head: t("funnels.open"), number: true, cell: count("open") },
        { key: "lost", head: t("funnels.lost"), number: true, cell: count("lost") },
        { key: "previous", head: t("funnels.shareStep"), number: true, cell: (row) => share(row.of_previous.value) },
        { key: "first", head: t("funnels.shareFirst"), number: true, cell: (row) => share(row.of_first.value) },
        { key: "interval", head: t("kpi.interval"), number: true, cell: (row) => `${share(row.of_first.ci_low)} – ${share(row.of_first.ci_high)}` },
        { key: "median", head: t("funnels.median"), number: true, cell: (row) => (row.median_s === null ? "–" : f.duration(row.median_s)) },
        { key: "p90", head: t("funnels.p90"), number: true, cell: (row) => (row.p90_s === null ? "–" : f.duration(row.p90_s)) },
      ]}
    />
  );
}

function GroupTable({ found }: { found: FunnelRecord }) {
  const { t } = useWords();
  const f = useFormat();
  const say = useStepText();
  const steps = found.groups[0]?.steps ?? [];
  return (
    <DataTable
      caption={t("funnels.groups")}
      rows={found.groups}
      rowKey={(group) => (group.whole ? "whole" : `by ${group.by ?? ""}`)}
      columns={[
        { key: "by", head: t("funnels.by"), names: true, cell: (group) => (group.whole ? t("funnels.whole") : (group.by ?? t("kpi.unknown"))) },
        ...steps.map((step, at) => ({
          key: String(at),
          head: `${at + 1}. ${say(step.step)}`,
          number: true,
          cell: (group: FunnelRecord["groups"][number]) => f.whole(group.steps[at]?.reached ?? 0),
        })),
      ]}
    />
  );
}
