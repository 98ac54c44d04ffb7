/** Chooses a window of days: the usual three, or any two dates. The last day shown is included. */
import { Select, TextInput } from "@mantine/core";
import { useState } from "react";
import { useFormat, useWords } from "@/i18n";
import { addDays, presetOf, PRESETS, presetWindow, type Preset, type Window } from "./period";
import css from "./PeriodPicker.module.css";
import { useNow } from "./useNow";

export function useToday(): string {
  const f = useFormat();
  return f.civilDay(useNow());
}

export function PeriodPicker({ window, onChange }: { window: Window; onChange: (window: Window) => void }) {
  const { t } = useWords();
  const today = useToday();
  const preset = presetOf(window, today);
  const [own, setOwn] = useState(preset === null);
  const last = addDays(window.to, -1);
  const choose = (value: string | null) => {
    setOwn(value === "own");
    if (value && value !== "own") onChange(presetWindow(value as Preset, today));
  };
  return (
    <div className={css.picker}>
      <Select
        label={t("period.label")}
        w={190}
        allowDeselect={false}
        value={own ? "own" : (preset ?? "own")}
        onChange={choose}
        data={[...PRESETS.map((each) => ({ value: each, label: t(`period.${each}`) })), { value: "own", label: t("period.own") }]}
      />
      {(own || preset === null) && (
        <>
          <TextInput
            type="date"
            label={t("period.from")}
            value={window.from}
            max={last}
            onChange={(e) => e.currentTarget.value && e.currentTarget.value <= last && onChange({ ...window, from: e.currentTarget.value })}
          />
          <TextInput
            type="date"
            label={t("period.to")}
            value={last}
            min={window.from}
            onChange={(e) => e.currentTarget.value >= window.from && onChange({ ...window, to: addDays(e.currentTarget.value, 1) })}
          />
        </>
      )}
    </div>
  );
}
