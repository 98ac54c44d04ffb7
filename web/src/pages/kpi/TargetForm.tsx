/** Sets a target, changes it, or drops it. A share is typed as a percentage. */
import { Button, NumberInput, Select, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import type { KpiAnswer } from "@/api/insight";
import { useDropTarget, useSetTarget, type StandingRecord } from "@/api/kpis";
import { useSegments } from "@/api/segments";
import { useWords } from "@/i18n";
import { Failure } from "@/parts/Await";
import { useToday } from "@/parts/PeriodPicker";
import css from "./Kpi.module.css";

interface TargetFormProps {
  definition: KpiAnswer["definition"];
  standing: StandingRecord | null;
  onDone: () => void;
}

export function TargetForm({ definition, standing, onDone }: TargetFormProps) {
  const { t, text, word } = useWords();
  const today = useToday();
  const segments = useSegments().data?.segments ?? [];
  const set = useSetTarget();
  const drop = useDropTarget();
  const { unit, better, variant } = definition;
  const scale = unit === "share" ? 100 : 1;
  const [value, setValue] = useState<number | null>(standing ? Number((standing.value * scale).toPrecision(12)) : null);
  const [owner, setOwner] = useState(standing?.owner ?? "");
  const [due, setDue] = useState(standing?.due ?? "");
  const [segment, setSegment] = useState<string | null>(standing?.segment ?? null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (value === null) return;
    set.mutate({ kpi: variant, segment, value: value / scale, owner, due }, { onSuccess: onDone });
  };
  const failed = set.error ?? drop.error;
  return (
    <form onSubmit={submit} className={css.form}>
      <NumberInput
        label={t(`target.value.${better}`)}
        description={word("unit", unit)}
        suffix={unit === "share" ? " %" : undefined}
        value={value ?? ""}
        onChange={(next) => setValue(next === "" ? null : Number(next))}
        decimalScale={4}
        required
        data-autofocus
      />
      <TextInput label={t("target.owner")} value={owner} onChange={(event) => setOwner(event.currentTarget.value)} maxLength={80} required />
      <TextInput label={t("target.due")} type="date" min={today} value={due} onChange={(event) => setDue(event.currentTarget.value)} required />
      <Select
        label={t("kpi.by.segment")}
        placeholder={t("target.everybody")}
        clearable
        disabled={standing !== null}
        value={segment}
        onChange={setSegment}
        data={segments.map((each) => ({ value: each.segment.id, label: text(each.segment.name) }))}
      />
      {failed && <Failure error={failed} />}
      <div className={css.buttons}>
        <Button type="submit" loading={set.isPending}>
          {t("target.save")}
        </Button>
        {standing && (
          <Button variant="subtle" color="red" loading={drop.isPending} onClick={() => drop.mutate({ kpi: variant, segment: standing.segment }, { onSuccess: onDone })}>
            {t("target.drop")}
          </Button>
        )}
      </div>
    </form>
  );
}
