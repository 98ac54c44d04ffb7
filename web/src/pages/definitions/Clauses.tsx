/** Rows of conditions on an event's properties; all of them must hold. */
import { ActionIcon, Button, Fieldset, Select, TextInput } from "@mantine/core";
import { Plus, X } from "lucide-react";
import { useWords } from "@/i18n";
import css from "./Definitions.module.css";
import { CLAUSE, OPERATORS, type Clause } from "./own";

interface ClausesProps {
  label: string;
  rows: readonly Clause[];
  least: number;
  onChange: (rows: readonly Clause[]) => void;
}

export function Clauses({ label, rows, least, onChange }: ClausesProps) {
  const { t } = useWords();
  const change = (at: number, part: Partial<Clause>) => onChange(rows.map((row, place) => (place === at ? { ...row, ...part } : row)));
  return (
    <Fieldset legend={label} className={css.clauses}>
      {rows.map((row, at) => (
        <div key={at} className={css.clause}>
          <TextInput label={t("own.property")} value={row.property} onChange={(event) => change(at, { property: event.currentTarget.value })} />
          <Select label={t("own.operator")} allowDeselect={false} data={OPERATORS.map((each) => ({ value: each, label: t(`own.operator.${each}`) }))} value={row.operator} onChange={(operator) => operator && change(at, { operator })} />
          {row.operator !== "exists" && <TextInput label={t("own.compared")} value={row.value} onChange={(event) => change(at, { value: event.currentTarget.value })} />}
          <ActionIcon variant="subtle" size="lg" aria-label={t("own.remove", { n: at + 1 })} disabled={rows.length <= least} onClick={() => onChange(rows.filter((_, place) => place !== at))}>
            <X size={18} aria-hidden />
          </ActionIcon>
        </div>
      ))}
      <Button variant="subtle" size="xs" leftSection={<Plus size={15} aria-hidden />} onClick={() => onChange([...rows, CLAUSE])}>
        {t("own.addClause")}
      </Button>
    </Fieldset>
  );
}
