import { Switch } from "@mantine/core";
import { useHops, type Behind } from "@/api/paths";
import { useFormat, useWords } from "@/i18n";
import { Await } from "@/parts/Await";
import { DataTable } from "@/parts/DataTable";
import { Panel } from "@/parts/Page";
import type { Window } from "@/parts/period";
import css from "./Paths.module.css";
import { Count } from "./Count";

interface HopsProps {
  window: Window;
  sameOrder: boolean;
  onSameOrder: (sameOrder: boolean) => void;
  open: (title: string, behind: Behind) => void;
}

/** Changes of channel within a day. */
export function Hops({ window, sameOrder, onSameOrder, open }: HopsProps) {
  const { t, word } = useWords();
  const f = useFormat();
  const hops = useHops(window, sameOrder);
  const name = (channel: string) => word("channel", channel);
  return (
    <Await query={hops} height={300}>
      {(found) => (
        <Panel title={t("paths.hops")} hint={t("paths.hops.hint")} actions={<Switch size="xs" label={t("paths.sameOrder")} checked={sameOrder} onChange={(e) => onSameOrder(e.currentTarget.checked)} />}>
          {found.hops.length === 0 ? (
            <p className={css.quiet}>{t("paths.hops.none")}</p>
          ) : (
            <DataTable
              caption={t("paths.hops")}
              rows={found.hops}
              rowKey={(hop) => `${hop.start}|${hop.end}`}
              columns={[
                { key: "from", head: t("paths.from"), names: true, cell: (hop) => name(hop.start) },
                { key: "to", head: t("paths.to"), cell: (hop) => name(hop.end) },
                { key: "count", head: t("paths.times"), number: true, cell: (hop) => f.whole(hop.count) },
                {
                  key: "people",
                  head: t("paths.peopleHead"),
                  number: true,
                  cell: (hop) => (
                    <Count
                      n={hop.people}
                      onOpen={() => open(`${name(hop.start)} → ${name(hop.end)}`, { of: "hop", query: { ...window, channel: hop.start, next: hop.end, same_order: sameOrder } })}
                    />
                  ),
                },
                { key: "median", head: t("paths.median"), number: true, cell: (hop) => f.duration(hop.median_s) },
              ]}
            />
          )}
        </Panel>
      )}
    </Await>
  );
}
