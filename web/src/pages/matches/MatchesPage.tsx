/** Pairs that may be one person: what speaks for and against each, and what we say of it. */
import { Button, SegmentedControl } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { useMatches, type MatchKind, type MatchState } from "@/api/identity";
import { useWords } from "@/i18n";
import { Await } from "@/parts/Await";
import { Empty } from "@/parts/Empty";
import { Page, Panel } from "@/parts/Page";
import { MatchCard } from "./MatchCard";
import { RoundPanel } from "./RoundPanel";
import { RulePanel } from "./RulePanel";
import css from "./Matches.module.css";

const route = getRouteApi("/matches");
const STATES: readonly MatchState[] = ["open", "accepted", "refused"];
const KINDS: readonly MatchKind[] = ["person", "household"];
const PAGE = 10;
/** More than anybody decides in one go; the rest moves up as these are decided. */
const MOST = 200;

export function MatchesPage() {
  const { t } = useWords();
  const { state = "open", kind = "person" } = route.useSearch();
  const navigate = route.useNavigate();
  const [limit, setLimit] = useState(PAGE);
  const matches = useMatches(state, kind, limit);
  const [said, setSaid] = useState<string | null>(null);
  const go = (next: { state: MatchState; kind: MatchKind }) => {
    setSaid(null);
    setLimit(PAGE);
    void navigate({ search: { state: next.state === "open" ? undefined : next.state, kind: next.kind === "person" ? undefined : next.kind }, replace: true });
  };
  return (
    <Page
      title={t("matches.title")}
      lead={t("matches.lead")}
      controls={
        <div className={css.controls}>
          <SegmentedControl aria-label={t("matches.kind")} value={kind} onChange={(next) => go({ state, kind: next as MatchKind })} data={KINDS.map((each) => ({ value: each, label: t(`matches.kind.${each}`) }))} />
          <SegmentedControl aria-label={t("matches.state")} value={state} onChange={(next) => go({ state: next as MatchState, kind })} data={STATES.map((each) => ({ value: each, label: t(`matches.state.${each}`) }))} />
        </div>
      }
    >
      <p role="status" className={said ? css.said : "hidden-text"}>
        {said}
      </p>
      <RoundPanel />
      {kind === "person" && <RulePanel />}
      <Await query={matches} height={420}>
        {(found) =>
          found.matches.length === 0 ? (
            <Panel>
              <Empty title={t("matches.none.title")} text={t(state === "open" ? "matches.none.text" : "matches.none.decided")} />
            </Panel>
          ) : (
            <>
              {found.matches.map((match) => (
                <MatchCard key={`${match.a.node_id} ${match.b.node_id}`} match={match} onSaid={(verdict) => setSaid(t(`matches.said.${verdict}`))} />
              ))}
              {found.more && <More limit={limit} busy={matches.isFetching} more={() => setLimit(limit + PAGE)} />}
            </>
          )
        }
      </Await>
    </Page>
  );
}

function More({ limit, busy, more }: { limit: number; busy: boolean; more: () => void }) {
  const { t } = useWords();
  if (limit + PAGE > MOST) return <p className="quiet">{t("matches.more")}</p>;
  return (
    <div className={css.more}>
      <Button variant="default" loading={busy} onClick={more}>
        {t("matches.showMore")}
      </Button>
    </div>
  );
}
