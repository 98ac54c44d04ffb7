/** The targets of a KPI's variant: how they stand, and the form that sets, changes and drops them. */
import { Button, Drawer } from "@mantine/core";
import { Plus } from "lucide-react";
import { useState } from "react";
import { useTargets, type StandingRecord } from "@/api/kpis";
import type { KpiAnswer } from "@/api/insight";
import { useMay } from "@/api/session";
import { useWords } from "@/i18n";
import { Panel } from "@/parts/Page";
import { TargetLine } from "@/parts/TargetLine";
import css from "./Kpi.module.css";
import { TargetForm } from "./TargetForm";

export function Targets({ definition }: { definition: KpiAnswer["definition"] }) {
  const { t } = useWords();
  const may = useMay("data");
  const found = useTargets().data?.targets.filter((one) => one.variant === definition.variant) ?? [];
  const [editing, setEditing] = useState<StandingRecord | "new" | null>(null);
  if (found.length === 0 && !may) return null;
  const close = () => setEditing(null);
  return (
    <Panel
      title={t("target.title")}
      actions={
        may && (
          <Button size="xs" variant="default" leftSection={<Plus size={15} aria-hidden />} onClick={() => setEditing("new")}>
            {t("target.new")}
          </Button>
        )
      }
    >
      {found.length === 0 ? (
        <p className={css.about}>{t("target.none")}</p>
      ) : (
        <ul className={css.targets}>
          {found.map((one) => (
            <li key={one.segment ?? ""}>
              <TargetLine standing={one} variant={definition.variant} />
              {may && (
                <Button size="compact-xs" variant="subtle" onClick={() => setEditing(one)} aria-label={`${t("target.change")} ${one.segment ?? ""}`.trim()}>
                  {t("target.change")}
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      <Drawer opened={editing !== null} onClose={close} size={420} position="right" title={t(editing === "new" ? "target.new" : "target.change")} closeButtonProps={{ "aria-label": t("shell.close") }}>
        {editing && <TargetForm definition={definition} standing={editing === "new" ? null : editing} onDone={close} />}
      </Drawer>
    </Panel>
  );
}
