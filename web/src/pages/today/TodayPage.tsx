/** Today: what changed, what needs me, how are we doing. */
import { Button, SegmentedControl } from "@mantine/core";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useAttention, useBoard, type TileRecord } from "@/api/insight";
import { useMay } from "@/api/session";
import { useStatus } from "@/api/status";
import { useFormat, useWords } from "@/i18n";
import { Await } from "@/parts/Await";
import { Empty } from "@/parts/Empty";
import { Page, Panel } from "@/parts/Page";
import { addDays } from "@/parts/period";
import { AttentionList } from "./AttentionList";
import { ComingIn } from "./ComingIn";
import { Essential } from "./Essential";
import { Tile } from "./Tile";
import css from "./Today.module.css";

const route = getRouteApi("/");

export function TodayPage() {
  const { t } = useWords();
  const f = useFormat();
  const { mode = "full" } = route.useSearch();
  const navigate = route.useNavigate();
  const board = useBoard();
  const status = useStatus();
  const window = board.data?.window;
  const fresh = status.data?.total.accepted === 0;
  return (
    <Page
      title={t("today.title")}
      lead={
        window &&
        t("today.lead", {
          from: f.date(window.from),
          to: f.date(addDays(window.to, -1)),
          n: Math.round((Date.parse(window.to) - Date.parse(window.from)) / 86_400_000),
        })
      }
      controls={
        <SegmentedControl
          aria-label={t("today.mode")}
          value={mode}
          onChange={(value) => void navigate({ search: value === "essential" ? { mode: "essential" } : {} })}
          data={[
            { value: "full", label: t("today.mode.full") },
            { value: "essential", label: t("today.mode.essential") },
          ]}
        />
      }
    >
      {fresh ? <NewHere /> : mode === "essential" ? <Essential /> : <Complete />}
    </Page>
  );
}

function Complete() {
  const { t } = useWords();
  const board = useBoard();
  const attention = useAttention();
  return (
    <>
      <Await query={board} height={300}>
        {({ tiles }) => (
          <div className={css.tiles}>
            {first(tiles).map((tile) => (
              <Tile key={tile.kpi} tile={tile} />
            ))}
            <Link to="/kpis" className={css.all}>
              {t("today.allKpis")}
            </Link>
          </div>
        )}
      </Await>
      <div className={css.below}>
        <Panel title={t("today.attention")} hint={t("today.attentionHint")}>
          <Await query={attention} height={220}>
            {(found) => <AttentionList attention={found.attention} />}
          </Await>
        </Panel>
        <ComingIn />
      </div>
    </>
  );
}

/** The four of every company; the board has them all. */
function first(tiles: readonly TileRecord[]): readonly TileRecord[] {
  const usual = ["nps", "csat", "repeat_purchase", "asa"];
  return usual.map((kpi) => tiles.find((tile) => tile.kpi === kpi)).filter((tile) => tile !== undefined);
}

function NewHere() {
  const { t } = useWords();
  const mayKeys = useMay("keys");
  return (
    <Panel>
      <Empty
        title={t("today.newHere.title")}
        text={t("today.newHere.text")}
        code="percorso import orders.csv --map map.yaml"
        action={mayKeys && <Button renderRoot={(props) => <Link to="/settings" {...props} />}>{t("today.newHere.action")}</Button>}
      />
    </Panel>
  );
}
