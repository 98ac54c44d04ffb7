/** Comparing everybody: the button, how far it is, and what came of it last. */
import { Button, Progress } from "@mantine/core";
import { isUnderWay, useAskMatchRound, useMatchRound, type MatchRound } from "@/api/matchRound";
import { useMay } from "@/api/session";
import { useFormat, useWords } from "@/i18n";
import { useErrorText } from "@/parts/Await";
import { Panel } from "@/parts/Page";
import css from "./Matches.module.css";

export function RoundPanel() {
  const { t } = useWords();
  const say = useErrorText();
  const may = useMay("data");
  const round = useMatchRound();
  const ask = useAskMatchRound();
  const busy = isUnderWay(round.data);
  return (
    <Panel
      title={t("matches.round")}
      hint={t("matches.roundHint")}
      actions={
        may && (
          <Button loading={ask.isPending} disabled={busy || round.data === undefined} onClick={() => ask.mutate()}>
            {t("matches.round.ask")}
          </Button>
        )
      }
    >
      {ask.error && (
        <p role="alert" className={css.error}>
          {say(ask.error)}
        </p>
      )}
      {round.data && <How round={round.data} />}
    </Panel>
  );
}

function How({ round }: { round: MatchRound }) {
  const { t, tn } = useWords();
  const f = useFormat();
  if (isUnderWay(round)) {
    const far = round.state === "asked" ? t("matches.round.asked") : tn(`matches.round.${round.state as "reading" | "comparing"}`, round.people);
    return (
      <div role="status" className={css.round}>
        <p>{far}</p>
        <Progress value={100} animated aria-label={far} />
      </div>
    );
  }
  if (round.state === "failed")
    return (
      <p role="alert" className={css.error}>
        {round.error === "cut_short" ? t("matches.round.cutShort") : t("matches.round.failed")}
      </p>
    );
  if (round.state === "idle" || !round.at) return <p className="quiet">{t("matches.round.never")}</p>;
  return (
    <p role="status" data-words="given">
      {t("matches.round.done", { when: f.moment(round.at), by: round.by ?? "" })} {tn("matches.round.people", round.people)} {tn("matches.round.found", round.proposed)}{" "}
      {round.proposed > 0 && tn("matches.round.new", round.new)} {round.accepted !== null && tn("matches.round.accepted", round.accepted)}
    </p>
  );
}
