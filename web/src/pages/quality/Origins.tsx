import { Button, NativeSelect } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import type { OriginRecord } from "@/api/quality";
import { Sparkline } from "@/charts/Sparkline";
import { useFormat, useWords } from "@/i18n";
import { DataTable } from "@/parts/DataTable";
import { Panel } from "@/parts/Page";
import { Tag, type TagTone } from "@/parts/Tag";
import { useTouchpointName } from "./names";
import css from "./Quality.module.css";

const route = getRouteApi("/quality");
const FIRST = 20;
const TONE: Record<OriginRecord["volume"], TagTone> = { as_expected: "good", low: "bad", high: "warn", young: "neutral" };

export function Origins({ origins }: { origins: readonly OriginRecord[] }) {
  const { t, tn } = useWords();
  const f = useFormat();
  const touchpoint = useTouchpointName();
  const { source } = route.useSearch();
  const navigate = route.useNavigate();
  const [all, setAll] = useState(false);
  const sources = useMemo(() => [...new Set(origins.map((each) => each.source))].sort(), [origins]);
  const chosen = source ? origins.filter((each) => each.source === source) : origins;
  const shown = all ? chosen : chosen.slice(0, FIRST);
  const share = (part: number, whole: number) => (whole === 0 ? t("none") : f.percent(part / whole, part > 0 && part / whole < 0.01 ? 1 : 0));
  return (
    <Panel
      title={t("quality.origins")}
      hint={t("quality.originsHint")}
      actions={
        <NativeSelect
          aria-label={t("live.source")}
          value={source ?? ""}
          onChange={(event) => void navigate({ search: event.currentTarget.value ? { source: event.currentTarget.value } : {}, replace: true })}
          data={[{ value: "", label: t("quality.allSources") }, ...sources.map((each) => ({ value: each, label: each }))]}
        />
      }
    >
      <DataTable
        caption={t("quality.origins")}
        rows={shown}
        rowKey={(row) => `${row.source} ${row.touchpoint}`}
        columns={[
          {
            key: "where",
            head: t("live.touchpoint"),
            names: true,
            cell: (row) => (
              <span className={css.where}>
                {row.touchpoint ? touchpoint(row.touchpoint) : t("quality.unknownTouchpoint")}
                <span className="quiet" data-words="given">
                  {row.source}
                </span>
              </span>
            ),
          },
          {
            key: "volume",
            head: t("quality.volume"),
            cell: (row) => (
              <div className={css.volume}>
                <Sparkline points={row.by_day.map((value) => ({ value, low: null, high: null }))} label={t("quality.volumeOf", { n: f.whole(row.last_day) })} />
              </div>
            ),
          },
          {
            key: "state",
            head: t("quality.lastDay"),
            cell: (row) => (
              <span className={css.state}>
                <Tag tone={TONE[row.volume]}>{t(`quality.volume.${row.volume}`)}</Tag>
                {row.low !== null && row.high !== null && <span className="quiet num">{t("quality.interval", { n: f.whole(row.last_day), low: f.whole(row.low), high: f.whole(row.high) })}</span>}
              </span>
            ),
          },
          { key: "events", head: t("quality.events"), number: true, cell: (row) => f.whole(row.events) },
          {
            key: "late",
            head: t("quality.late"),
            number: true,
            cell: (row) => (row.live === 0 ? t("none") : `${f.whole(row.late_hour)} / ${f.whole(row.late_day)} / ${f.whole(row.late_week)}`),
          },
          { key: "nobody", head: t("quality.nobodyShare"), number: true, cell: (row) => share(row.nobody, row.events) },
          { key: "planned", head: t("quality.plannedShare"), number: true, cell: (row) => share(row.events - row.unplanned, row.events) },
          { key: "bots", head: t("quality.robots"), number: true, cell: (row) => share(row.bots, row.events) },
        ]}
      />
      {!all && chosen.length > FIRST && (
        <Button variant="default" mt={14} onClick={() => setAll(true)}>
          {tn("quality.more", chosen.length - FIRST)}
        </Button>
      )}
    </Panel>
  );
}
