/** The touchpoints of a phase, a row each. */
import { Link } from "@tanstack/react-router";
import type { KpiRecord } from "@/api/insight";
import { useMay } from "@/api/session";
import type { InventoryRow } from "@/api/touchpoints";
import { useFormat, useWords } from "@/i18n";
import { ChannelIcon } from "@/parts/Channel";
import { DataTable, type Column } from "@/parts/DataTable";
import { kpiText, tooFew, type Unit } from "@/parts/kpi";
import { MoodMark } from "@/parts/Mood";
import type { Window } from "@/parts/period";
import { Tag } from "@/parts/Tag";
import { change } from "./change";
import { Effect } from "./Truths";
import css from "./Touchpoints.module.css";

interface InventoryProps {
  rows: readonly InventoryRow[];
  window: Window;
  caption: string;
}

export function Inventory({ rows, window, caption }: InventoryProps) {
  const { t, text, word } = useWords();
  const f = useFormat();
  const columns: Column<InventoryRow>[] = [
    {
      key: "place",
      head: t("touchpoints.place"),
      names: true,
      cell: (row) => (
        <span className={css.place}>
          <ChannelIcon channel={row.channel} />
          <span>
            {text(row.name) || row.touchpoint}
            <span className={css.sub}>
              {[word("channel", row.channel ?? "unknown"), row.physical !== null && t(row.physical ? "place.physical" : "place.digital"), row.owner && word("owner", row.owner)].filter(Boolean).join(" · ")}
            </span>
          </span>
          {row.effects.some((each) => each.is_truth) && <Tag tone="accent">{t("touchpoints.truth")}</Tag>}
        </span>
      ),
    },
    { key: "people", head: t("touchpoints.people"), number: true, cell: (row) => <People row={row} window={window} /> },
    { key: "events", head: t("touchpoints.events"), number: true, cell: (row) => f.whole(row.events) },
    { key: "change", head: t("touchpoints.change"), number: true, cell: (row) => <Change row={row} /> },
    {
      key: "mood",
      head: t("touchpoints.mood"),
      cell: (row) =>
        row.mood.n === 0 ? t("touchpoints.none") : tooFew(row.mood.n) ? <span className={css.sub}>n = {f.whole(row.mood.n)}</span> : <MoodMark mood={row.mood.value} short />,
    },
    {
      key: "scores",
      head: t("touchpoints.scores"),
      cell: (row) => <Scores rows={[row.csat, row.nps]} />,
    },
    { key: "wait", head: t("touchpoints.wait"), cell: (row) => <Scores rows={[row.asa]} bare /> },
    {
      key: "effects",
      head: t("touchpoints.matters"),
      cell: (row) =>
        row.effects.length === 0 ? (
          t("touchpoints.none")
        ) : (
          <ul className={css.effects}>
            {row.effects.map((each) => (
              <li key={each.outcome}>
                <Effect of={each} />
              </li>
            ))}
          </ul>
        ),
    },
  ];
  return <DataTable caption={caption} rows={rows} rowKey={(row) => row.touchpoint} columns={columns} />;
}

function People({ row, window }: { row: InventoryRow; window: Window }) {
  const { t, text } = useWords();
  const f = useFormat();
  const may = useMay("people");
  const share = row.share.value !== null && <span className={css.sub}>{f.percent(row.share.value, 1)}</span>;
  if (!may || row.people === 0) {
    return (
      <>
        {f.whole(row.people)} {share}
      </>
    );
  }
  return (
    <>
      <Link to="/people" search={{ touchpoint: row.touchpoint, ...window }} aria-label={t("touchpoints.seePeople", { place: text(row.name) || row.touchpoint })}>
        {f.whole(row.people)}
      </Link>{" "}
      {share}
    </>
  );
}

function Change({ row }: { row: InventoryRow }) {
  const { t } = useWords();
  const f = useFormat();
  const moved = change(row.events, row.events_before);
  if (moved === null) return <>{row.events > 0 ? t("touchpoints.changeNew") : t("touchpoints.none")}</>;
  return <>{`${moved > 0 ? "+" : ""}${f.percent(moved, 0)}`}</>;
}

const UNITS: Record<string, Unit> = { csat: "share", nps: "points", asa: "seconds" };

function Scores({ rows, bare }: { rows: readonly (KpiRecord | null)[]; bare?: boolean }) {
  const { t, word } = useWords();
  const f = useFormat();
  const told = rows.filter((row): row is KpiRecord => row !== null && row.n > 0);
  if (told.length === 0) return <>{t("touchpoints.none")}</>;
  return (
    <ul className={css.effects}>
      {told.map((row) => (
        <li key={row.kpi}>
          {!bare && <span className={css.sub}>{word("kpi", row.kpi)} </span>}
          {row.value === null || tooFew(row.n) ? "–" : kpiText(row.value, UNITS[row.kpi] ?? "share", f)} <span className={css.sub}>n = {f.whole(row.n)}</span>
        </li>
      ))}
    </ul>
  );
}
