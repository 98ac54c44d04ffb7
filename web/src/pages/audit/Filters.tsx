import { Button, Select, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { X } from "lucide-react";
import { useState } from "react";
import { useActors, usePeopleCalled } from "@/api/audit";
import { useWords } from "@/i18n";
import { addDays } from "@/parts/period";
import type { AuditSearch } from "@/search";
import { ACT_GROUPS, actsOf, type Act } from "./acts";
import css from "./Audit.module.css";
import { actorName, short } from "./said";

interface FiltersProps {
  which: AuditSearch;
  onChange: (which: AuditSearch) => void;
}

export function Filters({ which, onChange }: FiltersProps) {
  const words = useWords();
  const { t } = words;
  const actors = useActors();
  return (
    <search className={css.filters}>
      <Select
        label={t("audit.act")}
        placeholder={t("audit.any")}
        searchable
        clearable
        clearButtonProps={{ "aria-label": t("audit.clearAct") }}
        nothingFoundMessage={t("audit.nothing")}
        value={which.act ?? null}
        onChange={(act) => onChange({ ...which, act: (act as Act | null) ?? undefined })}
        data={ACT_GROUPS.map((group) => ({
          group: t(`audit.group.${group}`),
          items: actsOf(group).map((act) => ({ value: act, label: t(`audit.${act}`) })),
        }))}
      />
      <Select
        label={t("audit.who")}
        placeholder={t("audit.anybody")}
        searchable
        clearable
        clearButtonProps={{ "aria-label": t("audit.clearWho") }}
        nothingFoundMessage={t("audit.nothing")}
        value={which.actor ?? null}
        onChange={(actor) => onChange({ ...which, actor: actor ?? undefined })}
        data={[...new Set([...(actors.data?.actors ?? []), ...(which.actor ? [which.actor] : [])])].map((actor) => ({
          value: actor,
          label: actorName(actor, words),
        }))}
      />
      <PersonFilter person={which.person} onChange={(person) => onChange({ ...which, person })} />
      <Days which={which} onChange={onChange} />
      {Object.keys(which).length > 0 && (
        <Button variant="subtle" leftSection={<X size={14} aria-hidden />} onClick={() => onChange({})}>
          {t("audit.clear")}
        </Button>
      )}
    </search>
  );
}

/** Chooses a person by name or identifier; the address and the log know them by id alone. */
function PersonFilter({ person, onChange }: { person: string | undefined; onChange: (person: string | undefined) => void }) {
  const { t } = useWords();
  const [text, setText] = useState("");
  const [names, setNames] = useState<Readonly<Record<string, string>>>({});
  const label = person === undefined ? undefined : (names[person] ?? short(person));
  const [asked] = useDebouncedValue(text.trim(), 250);
  const found = usePeopleCalled(asked === label ? "" : asked);
  const people = (found.data?.people ?? []).map((each) => ({ value: each.person_id, label: each.name ?? short(each.person_id) }));
  const chosen = person !== undefined && !people.some((each) => each.value === person) ? [{ value: person, label: label ?? person }] : [];
  return (
    <Select
      label={t("audit.person")}
      placeholder={t("audit.personPlaceholder")}
      searchable
      clearable
      clearButtonProps={{ "aria-label": t("audit.clearPerson") }}
      nothingFoundMessage={asked === "" || found.isFetching ? undefined : t("audit.nobody")}
      searchValue={text}
      onSearchChange={setText}
      value={person ?? null}
      onChange={(next, option) => {
        if (next && option) setNames({ ...names, [next]: option.label });
        onChange(next ?? undefined);
      }}
      filter={({ options }) => options}
      data={[...chosen, ...people]}
    />
  );
}

/** Company-local days, the last one included; either end may be open. */
function Days({ which, onChange }: FiltersProps) {
  const { t } = useWords();
  const last = which.to && addDays(which.to, -1);
  return (
    <>
      <TextInput
        type="date"
        label={t("period.from")}
        value={which.from ?? ""}
        max={last}
        onChange={(event) => onChange({ ...which, from: event.currentTarget.value || undefined })}
      />
      <TextInput
        type="date"
        label={t("period.to")}
        value={last ?? ""}
        min={which.from}
        onChange={(event) => onChange({ ...which, to: event.currentTarget.value ? addDays(event.currentTarget.value, 1) : undefined })}
      />
    </>
  );
}
