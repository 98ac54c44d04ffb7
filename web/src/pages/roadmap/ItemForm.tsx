/** Puts an item on the roadmap, changes it, or takes it off. */
import { Button, MultiSelect, NumberInput, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { usePlan, type RoadmapChange, type RoadmapRecord } from "@/api/frictions";
import { useWords } from "@/i18n";
import { useErrorText } from "@/parts/Await";
import css from "./Roadmap.module.css";

type Item = RoadmapRecord["steps"][number]["item"];

interface ItemFormProps {
  item: Item | null;
  found: RoadmapRecord;
  onDone: () => void;
}

const EMPTY: RoadmapChange = { title: "", effort_days: 1, cost: 0, value: 0, value_low: 0, value_high: 0, after: [] };

export function ItemForm({ item, found, onDone }: ItemFormProps) {
  const { t } = useWords();
  const say = useErrorText();
  const plan = usePlan();
  const [given, setGiven] = useState<RoadmapChange>(() => changeOf(item));
  const set = (part: Partial<RoadmapChange>) => setGiven((old) => ({ ...old, ...part }));
  const send = (change: RoadmapChange | null) => plan.mutate({ id: item?.id, item: change }, { onSuccess: onDone });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    send(given);
  };
  const amount = (key: "effort_days" | "cost" | "value" | "value_low" | "value_high", label: string, least?: number) => (
    <NumberInput label={label} value={given[key] ?? 0} onChange={(value) => set({ [key]: Number(value) })} min={least} decimalScale={2} required />
  );
  return (
    <form onSubmit={submit} className={css.form}>
      <TextInput label={t("roadmap.item")} value={given.title} onChange={(e) => set({ title: e.currentTarget.value })} required maxLength={200} />
      {amount("effort_days", t("roadmap.days"), 0)}
      {amount("cost", `${t("roadmap.cost")} (${found.currency})`, 0)}
      {amount("value", `${t("roadmap.value")} (${found.currency})`)}
      <div className={css.pair}>
        {amount("value_low", t("roadmap.low"))}
        {amount("value_high", t("roadmap.high"))}
      </div>
      <TextInput label={t("roadmap.owner")} value={given.owner ?? ""} onChange={(e) => set({ owner: e.currentTarget.value || null })} maxLength={200} />
      <MultiSelect
        label={t("roadmap.after")}
        value={given.after ?? []}
        onChange={(after) => set({ after })}
        data={found.steps.filter((step) => step.item.id !== item?.id).map((step) => ({ value: step.item.id, label: step.item.title }))}
      />
      {plan.error && (
        <p role="alert" className={css.error}>
          {say(plan.error)}
        </p>
      )}
      <div className={css.buttons}>
        <Button type="submit" loading={plan.isPending}>
          {t("roadmap.save")}
        </Button>
        {item && (
          <Button variant="subtle" color="red" onClick={() => send(null)}>
            {t("roadmap.remove")}
          </Button>
        )}
      </div>
    </form>
  );
}

function changeOf(item: Item | null): RoadmapChange {
  if (!item) return EMPTY;
  const { title, effort_days, cost, value, value_low, value_high, friction, owner, after } = item;
  return { title, effort_days, cost, value, value_low, value_high, friction, owner, after };
}
