/** Funnels: of the people who did the first step, who did the next, in time; who can still, and how long it took. */
import { ActionIcon, Autocomplete, Button, NumberInput, Select, Switch } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { ArrowDown, ArrowUp, Plus, X } from "lucide-react";
import { useKpiList } from "@/api/insight";
import { useFunnel, useSteps, type FunnelQuery } from "@/api/paths";
import { useFormat, useWords } from "@/i18n";
import { Await } from "@/parts/Await";
import { Empty } from "@/parts/Empty";
import { Page, Panel } from "@/parts/Page";
import { addDays, presetWindow, type Window } from "@/parts/period";
import { PeriodPicker, useToday } from "@/parts/PeriodPicker";
import { usePeople } from "@/pages/paths/Count";
import type { FunnelSearch } from "@/search";
import { FunnelBars } from "./FunnelBars";
import css from "./Funnels.module.css";
import { useStepText } from "./text";

const route = getRouteApi("/funnels");
const MOST = 12;

export function FunnelsPage() {
  const { t, word } = useWords();
  const f = useFormat();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const today = useToday();
  const window: Window = search.from && search.to ? { from: search.from, to: search.to } : presetWindow("28d", today);
  const change = (next: Partial<FunnelSearch>) => void navigate({ search: (old) => ({ ...old, ...next }), resetScroll: false });
  const query: FunnelQuery = {
    ...window,
    step: (search.step ?? []).filter((step) => step !== ""),
    within_s: (search.days ?? 7) * 86_400,
    entry: search.entry ?? "any",
    without: search.without ? [search.without] : undefined,
    strict: search.strict === "1",
    by: search.by,
  };
  const funnel = useFunnel(query);
  const people = usePeople();
  const dimensions = useKpiList().data?.dimensions ?? [];
  return (
    <Page
      title={t("funnels.title")}
      lead={t("period.range", { from: f.date(window.from), to: f.date(addDays(window.to, -1)) })}
      controls={<PeriodPicker window={window} onChange={change} />}
    >
      <Panel title={t("funnels.steps")} hint={t("funnels.steps.hint")}>
        <Steps steps={search.step ?? []} onChange={(step) => change({ step })} />
        <div className={css.options}>
          <NumberInput label={t("funnels.within")} w={150} min={1} max={366} value={search.days ?? 7} onChange={(days) => change({ days: Number(days) || undefined })} />
          <Select
            label={t("funnels.entry")}
            w={220}
            allowDeselect={false}
            value={search.entry ?? "any"}
            onChange={(entry) => change({ entry: entry === "first" ? "first" : undefined })}
            data={[
              { value: "any", label: t("funnels.entry.any") },
              { value: "first", label: t("funnels.entry.first") },
            ]}
          />
          <Select label={t("funnels.by")} w={190} clearable value={search.by ?? null} onChange={(by) => change({ by: by ?? undefined })} data={dimensions.map((each) => ({ value: each, label: word("kpi.by", each) }))} />
          <StepInput label={t("funnels.without")} value={search.without ?? ""} onChange={(without) => change({ without: without || undefined })} />
          <Switch label={t("funnels.strict")} checked={search.strict === "1"} onChange={(e) => change({ strict: e.currentTarget.checked ? "1" : undefined })} />
        </div>
      </Panel>
      {query.step.length < 2 ? (
        <Panel>
          <Empty title={t("funnels.empty.title")} text={t("funnels.empty.text")} />
        </Panel>
      ) : (
        <Await query={funnel} height={320}>
          {(found) => <FunnelBars found={found} open={(title, number, state) => people.open(title, { of: "funnel", query: { ...query, number, state } })} />}
        </Await>
      )}
      {people.drawer}
    </Page>
  );
}

function Steps({ steps, onChange }: { steps: readonly string[]; onChange: (steps: string[]) => void }) {
  const { t } = useWords();
  const shown = steps.length ? steps : ["", ""];
  const put = (at: number, step: string) => onChange(shown.map((old, place) => (place === at ? step : old)));
  const swap = (at: number, other: number) => onChange(shown.map((old, place) => (place === at ? (shown[other] ?? "") : place === other ? (shown[at] ?? "") : old)));
  return (
    <>
      <ol className={css.steps}>
        {shown.map((step, at) => (
          <li key={at}>
            <StepInput label={t("funnels.step", { n: at + 1 })} value={step} onChange={(next) => put(at, next)} />
            <ActionIcon variant="subtle" aria-label={t("funnels.up", { n: at + 1 })} disabled={at === 0} onClick={() => swap(at, at - 1)}>
              <ArrowUp size={16} aria-hidden />
            </ActionIcon>
            <ActionIcon variant="subtle" aria-label={t("funnels.down", { n: at + 1 })} disabled={at === shown.length - 1} onClick={() => swap(at, at + 1)}>
              <ArrowDown size={16} aria-hidden />
            </ActionIcon>
            <ActionIcon variant="subtle" aria-label={t("funnels.remove", { n: at + 1 })} disabled={shown.length <= 2} onClick={() => onChange(shown.filter((_, place) => place !== at))}>
              <X size={16} aria-hidden />
            </ActionIcon>
          </li>
        ))}
      </ol>
      <Button size="xs" variant="default" leftSection={<Plus size={15} aria-hidden />} disabled={shown.length >= MOST} onClick={() => onChange([...shown, ""])}>
        {t("funnels.add")}
      </Button>
    </>
  );
}

/** A step chosen among those there are, or written: an event, or touchpoint:, channel:, stage: and what follows. */
function StepInput({ label, value, onChange }: { label: string; value: string; onChange: (value: string) => void }) {
  const { t } = useWords();
  const names = useSteps("name").data?.steps ?? [];
  const places = useSteps("touchpoint").data?.steps ?? [];
  const say = useStepText();
  return (
    <Autocomplete
      className={css.input}
      label={label}
      value={value}
      onChange={onChange}
      placeholder={t("funnels.choose")}
      limit={60}
      renderOption={({ option }) => say(option.value)}
      data={[
        { group: t("funnels.events"), items: names.map((each) => each.step) },
        { group: t("funnels.touchpoints"), items: places.map((each) => `touchpoint:${each.step}`) },
      ]}
    />
  );
}
