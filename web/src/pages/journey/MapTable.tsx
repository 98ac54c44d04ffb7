import type { JourneyMapRecord, StageColumnRecord } from "@/api/insight";
import { useFormat, useWords } from "@/i18n";
import { DataTable, type Column } from "@/parts/DataTable";
import { kpiText, tooFew, type Unit } from "@/parts/kpi";
import { PhaseTag } from "@/parts/Tag";

/** The map's twin: every figure of every stage, one stage a row. */
export function MapTable({ map }: { map: JourneyMapRecord }) {
  const { t, text } = useWords();
  const f = useFormat();
  const kpi = (key: string, head: string, pick: (stage: StageColumnRecord) => StageColumnRecord["back"]["asa"], unit: Unit): Column<StageColumnRecord> => ({
    key,
    head,
    number: true,
    cell: (stage) => {
      const row = pick(stage);
      return row.value === null || tooFew(row.n) ? t("none") : kpiText(row.value, unit, f);
    },
  });
  const share = (key: string, head: string, pick: (stage: StageColumnRecord) => number | null): Column<StageColumnRecord> => ({
    key,
    head,
    number: true,
    cell: (stage) => {
      const value = pick(stage);
      return value === null ? t("none") : f.percent(value, 1);
    },
  });
  return (
    <DataTable
      caption={text(map.name)}
      rows={map.stages}
      rowKey={(stage) => stage.stage}
      columns={[
        { key: "stage", head: t("journey.stage"), names: true, cell: (stage) => text(stage.name) },
        { key: "phase", head: t("journey.phase"), cell: (stage) => <PhaseTag phase={stage.phase} /> },
        { key: "now", head: t("journey.table.now"), number: true, cell: (stage) => f.whole(stage.front.live) },
        { key: "people", head: t("journey.table.people"), number: true, cell: (stage) => f.whole(stage.front.people) },
        share("share", t("journey.table.share"), (stage) => stage.front.share),
        share("conversion", t("journey.conversion"), (stage) => stage.front.conversion.value),
        { key: "waiting", head: t("journey.table.waiting"), number: true, cell: (stage) => f.whole(stage.front.waiting) },
        { key: "lost", head: t("journey.table.lost"), number: true, cell: (stage) => f.whole(stage.front.lost) },
        {
          key: "median",
          head: t("journey.table.median"),
          number: true,
          cell: (stage) => (stage.front.median_next_s === null ? t("none") : f.duration(stage.front.median_next_s)),
        },
        {
          key: "mood",
          head: t("journey.mood"),
          number: true,
          cell: ({ experience: { mood } }) => (mood.value === null || tooFew(mood.n) ? t("none") : `${f.signed(mood.value)} (n = ${f.whole(mood.n)})`),
        },
        kpi("csat", t("journey.csat"), (stage) => stage.experience.csat, "share"),
        kpi("nps", t("journey.nps"), (stage) => stage.experience.nps, "points"),
        {
          key: "frictions",
          head: t("journey.frictions"),
          number: true,
          cell: (stage) => f.whole(stage.experience.frictions.reduce((sum, friction) => sum + friction.events, 0)),
        },
        kpi("asa", t("journey.asa"), (stage) => stage.back.asa, "seconds"),
        share("abandoned", t("journey.abandoned"), (stage) => stage.back.abandoned.value),
        share("late", t("journey.late"), (stage) => stage.back.late.value),
        { key: "plays", head: t("journey.plays"), number: true, cell: (stage) => f.whole(stage.back.plays.length) },
      ]}
    />
  );
}
