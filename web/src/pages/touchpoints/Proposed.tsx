/** What happens at no touchpoint, with the lines that would give it one. */
import { Button, CopyButton } from "@mantine/core";
import { Check, Copy } from "lucide-react";
import type { ProposedRecord } from "@/api/touchpoints";
import { useFormat, useWords } from "@/i18n";
import { DataTable } from "@/parts/DataTable";
import { Panel } from "@/parts/Page";
import css from "./Touchpoints.module.css";

export function Proposed({ of }: { of: readonly ProposedRecord[] }) {
  const { t } = useWords();
  const f = useFormat();
  if (of.length === 0) return <Panel title={t("touchpoints.proposed")}>{<p className={css.quiet}>{t("touchpoints.proposed.none")}</p>}</Panel>;
  return (
    <Panel title={t("touchpoints.proposed")} hint={t("touchpoints.proposed.about")}>
      <DataTable
        caption={t("touchpoints.proposed")}
        rows={of}
        rowKey={(row) => `${row.source} ${row.type} ${row.name ?? ""}`}
        columns={[
          { key: "event", head: t("touchpoints.event"), names: true, cell: (row) => <span data-words="given">{row.name ?? row.type}</span> },
          { key: "source", head: t("touchpoints.source"), cell: (row) => <span data-words="given">{row.source}</span> },
          { key: "people", head: t("touchpoints.people"), number: true, cell: (row) => f.whole(row.people) },
          { key: "events", head: t("touchpoints.events"), number: true, cell: (row) => f.whole(row.events) },
          { key: "last", head: t("touchpoints.last"), cell: (row) => f.date(row.last) },
          { key: "lines", head: t("touchpoints.lines"), cell: (row) => <Lines of={row} /> },
        ]}
      />
    </Panel>
  );
}

function Lines({ of }: { of: ProposedRecord }) {
  const { t } = useWords();
  return (
    <div className={css.lines}>
      <pre data-words="given">{of.pack}</pre>
      <CopyButton value={of.pack}>
        {({ copied, copy }) => (
          <Button size="compact-xs" variant="default" onClick={copy} leftSection={copied ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />} aria-label={t("touchpoints.copy", { name: of.name ?? of.type })}>
            {t(copied ? "touchpoints.copied" : "touchpoints.lines")}
          </Button>
        )}
      </CopyButton>
    </div>
  );
}
