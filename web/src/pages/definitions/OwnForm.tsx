/** Makes a KPI of the company's own: what is counted, what it says right now, and then its name. */
import { Autocomplete, Button, NumberInput, Select, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useState, type FormEvent } from "react";
import { useConfig } from "@/api/config";
import { useDraft, usePublishKpi } from "@/api/kpis";
import { useFormat, useWords } from "@/i18n";
import { Await, Failure } from "@/parts/Await";
import { KpiNumber } from "@/parts/KpiNumber";
import { addDays } from "@/parts/period";
import { Clauses } from "./Clauses";
import css from "./Definitions.module.css";
import { counted, EMPTY, isNamed, MEASURES, ofValues, UNITS, type Draft } from "./own";

const PAUSE_MS = 400;

export function OwnForm({ onDone }: { onDone: () => void }) {
  const { t } = useWords();
  const [draft, setDraft] = useState<Draft>(EMPTY);
  const set = (part: Partial<Draft>) => setDraft((old) => ({ ...old, ...part }));
  const said = counted(draft);
  const [asked] = useDebouncedValue(said === null ? null : JSON.stringify(said), PAUSE_MS);
  const publish = usePublishKpi();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (said) publish.mutate(said, { onSuccess: onDone });
  };
  return (
    <form onSubmit={submit} className={css.form}>
      <What draft={draft} set={set} />
      <section className={css.live} aria-live="polite">
        {asked === null ? <p className={css.about}>{t("own.unfinished")}</p> : <Live asked={asked} />}
      </section>
      <TextInput label={t("own.it")} value={draft.it} onChange={(event) => set({ it: event.currentTarget.value })} maxLength={80} required />
      <TextInput label={t("own.en")} value={draft.en} onChange={(event) => set({ en: event.currentTarget.value })} maxLength={80} required />
      <TextInput label={t("own.id")} description={t("own.idHint")} value={draft.kpi} onChange={(event) => set({ kpi: event.currentTarget.value })} maxLength={40} required />
      {publish.error && <Failure error={publish.error} />}
      <Button type="submit" disabled={said === null || !isNamed(draft)} loading={publish.isPending}>
        {t("own.publish")}
      </Button>
    </form>
  );
}

interface FieldsProps {
  draft: Draft;
  set: (part: Partial<Draft>) => void;
}

function What({ draft, set }: FieldsProps) {
  const { t, word } = useWords();
  const events = useConfig().data?.events.map((each) => each.name) ?? [];
  return (
    <>
      <Select label={t("own.measure")} allowDeselect={false} data={MEASURES.map((each) => ({ value: each, label: t(`own.measure.${each}`) }))} value={draft.measure} onChange={(measure) => measure && set({ measure })} data-autofocus />
      <Autocomplete label={t("own.event")} data={events} value={draft.event} onChange={(event) => set({ event })} limit={30} required />
      <Clauses label={t("own.where")} rows={draft.where} least={0} onChange={(where) => set({ where })} />
      {draft.measure === "share" && <Clauses label={t("own.met")} rows={draft.met} least={1} onChange={(met) => set({ met })} />}
      {ofValues(draft.measure) && (
        <>
          <TextInput label={t("own.value")} description={t("own.valueHint")} value={draft.value} onChange={(event) => set({ value: event.currentTarget.value })} required />
          <Select label={t("kpi.unit")} allowDeselect={false} data={UNITS.map((each) => ({ value: each, label: word("unit", each) }))} value={draft.unit} onChange={(unit) => unit && set({ unit })} />
          {draft.unit === "money" && <TextInput label={t("own.currency")} value={draft.currency} onChange={(event) => set({ currency: event.currentTarget.value.toUpperCase() })} maxLength={3} required />}
        </>
      )}
      {draft.measure === "quantile" && (
        <>
          <NumberInput label={t("own.quantile")} suffix=" %" min={1} max={99} value={draft.quantile} onChange={(next) => set({ quantile: Number(next) || 50 })} />
          <NumberInput label={t("own.step")} min={0.000001} value={draft.step} onChange={(next) => set({ step: Number(next) || 1 })} />
        </>
      )}
      <Select
        label={t("kpi.better")}
        allowDeselect={false}
        data={[
          { value: "higher", label: t("kpi.better.higher") },
          { value: "lower", label: t("kpi.better.lower") },
        ]}
        value={draft.better}
        onChange={(better) => set({ better: better === "lower" ? "lower" : "higher" })}
      />
    </>
  );
}

/** The number of the last 28 days, before anything is published. */
function Live({ asked }: { asked: string }) {
  const { t, tn, text } = useWords();
  const f = useFormat();
  const draft = useDraft(asked);
  return (
    <Await query={draft} height={90}>
      {({ definition, rows: [row] }) =>
        row && (
          <>
            <p className={css.variantAbout}>{t("own.now", { from: f.date(row.window.from), to: f.date(addDays(row.window.to, -1)) })}</p>
            <KpiNumber row={row} unit={definition.unit} />
            <p className={css.variantAbout}>
              {row.people !== null && tn("kpi.behind", row.people)} · <code className="mono">{definition.definition}</code>
            </p>
            <p className={css.variantAbout}>{text(definition.about)}</p>
          </>
        )
      }
    </Await>
  );
}
