/** Who is behind a number: as many as it says. */
import { Drawer } from "@mantine/core";
import { useKpiPeople, type KpiGroup } from "@/api/insight";
import { useFormat, useWords } from "@/i18n";
import { StagePeople } from "@/pages/people/StagePeople";
import { Await } from "@/parts/Await";
import type { Window } from "@/parts/period";
import css from "./Kpi.module.css";

interface KpiPeopleProps {
  kpi: string;
  window: Window;
  variant: string | undefined;
  /** One group, everybody, or nobody asked for. */
  behind: KpiGroup | "all" | null;
  onClose: () => void;
}

export function KpiPeople({ kpi, window, variant, behind, onClose }: KpiPeopleProps) {
  const { t, tn } = useWords();
  const f = useFormat();
  const people = useKpiPeople(kpi, window, variant, behind === "all" ? null : behind, behind !== null);
  return (
    <Drawer opened={behind !== null} onClose={onClose} size={480} title={t("kpi.behindTitle")} closeButtonProps={{ "aria-label": t("shell.close") }}>
      {behind !== null && (
        <Await query={people} height={300}>
          {(found) => (
            <>
              <p className={css.about}>
                {found.count > found.people.length
                  ? t("kpi.behindFirst", { shown: f.whole(found.people.length), n: f.whole(found.count) })
                  : tn("kpi.behind", found.count)}
              </p>
              <StagePeople people={found.people} />
            </>
          )}
        </Await>
      )}
    </Drawer>
  );
}
