import { Button, Modal } from "@mantine/core";
import { useState } from "react";
import { ApiError } from "@/api/client";
import { useAddSeen, type DriftRecord } from "@/api/plan";
import { useMay } from "@/api/session";
import { useFormat, useWords } from "@/i18n";
import { useErrorText } from "@/parts/Await";
import { DataTable } from "@/parts/DataTable";
import { Empty } from "@/parts/Empty";
import { Panel } from "@/parts/Page";
import css from "./Plan.module.css";

export function DriftList({ drift }: { drift: readonly DriftRecord[] }) {
  const { t, word } = useWords();
  const f = useFormat();
  const say = useErrorText();
  const may = useMay("data");
  const add = useAddSeen();
  const [breaking, setBreaking] = useState<{ event: string; about: string } | null>(null);
  const [said, setSaid] = useState<string | null>(null);
  const put = (event: string, accept: boolean) =>
    add.mutate(
      { event, accept },
      {
        onSuccess: (applied) => {
          setBreaking(null);
          setSaid(t("plan.added", { event: word("event", event), version: applied.versions[event] ?? 1 }));
        },
        onError: (error) => {
          if (error instanceof ApiError && error.code === "conflict") setBreaking({ event, about: error.message });
        },
      },
    );
  return (
    <Panel title={t("plan.drift")} hint={t("plan.driftHint")}>
      <p role="status" className={said ? css.said : "hidden-text"}>
        {said}
      </p>
      {add.error && !breaking && (
        <p role="alert" className={css.error}>
          {say(add.error)}
        </p>
      )}
      {drift.length === 0 ? (
        <Empty title={t("plan.noDrift.title")} text={t("plan.noDrift.text")} />
      ) : (
        <DataTable<DriftRecord>
          caption={t("plan.drift")}
          rows={drift}
          rowKey={(row) => `${row.kind} ${row.name} ${row.path} ${row.detail}`}
          columns={[
            { key: "kind", head: t("plan.what"), names: true, cell: (row) => t(`plan.kind.${row.kind}`) },
            { key: "event", head: t("plan.event"), cell: (row) => <span data-words="given">{word("event", row.name)}</span> },
            {
              key: "path",
              head: t("plan.path"),
              cell: (row) => (
                <span className={css.path}>
                  {row.path && <code className="mono">{row.path}</code>}
                  {row.detail && <span className="quiet">{row.kind === "word" ? <code className="mono">{row.detail}</code> : word("plan.json", row.detail)}</span>}
                </span>
              ),
            },
            { key: "first", head: t("plan.first"), number: true, cell: (row) => f.date(row.first_seen) },
            { key: "events", head: t("plan.events"), number: true, cell: (row) => f.whole(row.events) },
            { key: "rate", head: t("plan.rate"), number: true, cell: (row) => f.percent(row.rate, 0) },
            {
              key: "add",
              head: <span className="hidden-text">{t("plan.action")}</span>,
              number: true,
              cell: (row) =>
                may && (
                  <Button size="compact-sm" variant="light" loading={add.isPending && add.variables.event === row.name} aria-label={t("plan.addOne", { event: word("event", row.name) })} onClick={() => put(row.name, false)}>
                    {t("plan.add")}
                  </Button>
                ),
            },
          ]}
        />
      )}
      <Modal opened={breaking !== null} onClose={() => setBreaking(null)} title={t("plan.breaking")} closeButtonProps={{ "aria-label": t("shell.close") }}>
        <p lang="en" data-words="given">
          {breaking?.about}
        </p>
        <div className={css.buttons}>
          <Button variant="default" onClick={() => setBreaking(null)}>
            {t("plan.leave")}
          </Button>
          <Button loading={add.isPending} onClick={() => breaking && put(breaking.event, true)}>
            {t("plan.accept")}
          </Button>
        </div>
      </Modal>
    </Panel>
  );
}
