import { Button } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { Link } from "@tanstack/react-router";
import { useDecideMatch, type MatchRecord, type MatchVerdict } from "@/api/identity";
import { useMay } from "@/api/session";
import { useFormat, useWords } from "@/i18n";
import { useErrorText } from "@/parts/Await";
import { DataTable } from "@/parts/DataTable";
import { Panel } from "@/parts/Page";
import { Tag } from "@/parts/Tag";
import css from "./Matches.module.css";
import { comparedFields, isoDay } from "./parts";
import { Waterfall } from "./Waterfall";

type Side = MatchRecord["a"];

/** One pair with its evidence and what can be said of it. */
export function MatchCard({ match, onSaid }: { match: MatchRecord; onSaid: (verdict: MatchVerdict) => void }) {
  const { t, word } = useWords();
  const f = useFormat();
  const named = t("matches.pair", { a: nameOf(match.a), b: nameOf(match.b) });
  const fields = comparedFields(match);
  const shown = (field: string, value: string | undefined) => (field === "birth_date" && value ? f.date(isoDay(value)) : value);
  return (
    <Panel
      title={
        <span className={css.pair} data-words="given">
          <Name of={match.a} /> <span className="quiet">×</span> <Name of={match.b} />
        </span>
      }
      hint={t("matches.sure", { probability: f.percent(Math.min(match.probability, 0.9999), match.probability > 0.99 ? 2 : 0) })}
      actions={match.decided_by && match.decided_at ? <Tag>{t("matches.decidedBy", { by: match.decided_by, day: f.day(match.decided_at) })}</Tag> : undefined}
    >
      <div className={css.columns}>
        <div>
          <h3 className={css.sub}>{t("matches.compared")}</h3>
          <DataTable
            caption={`${t("matches.compared")}: ${named}`}
            rows={fields}
            rowKey={(row) => row.field}
            columns={[
              { key: "field", head: t("matches.field"), names: true, cell: (row) => word("part", row.field) },
              { key: "a", head: <Value text={match.a.record_id} />, cell: (row) => <Value text={shown(row.field, row.a)} differs={row.differs} /> },
              { key: "b", head: <Value text={match.b.record_id} />, cell: (row) => <Value text={shown(row.field, row.b)} differs={row.differs} /> },
            ]}
          />
        </div>
        <Evidence match={match} />
      </div>
      <Verdicts match={match} named={named} onSaid={onSaid} />
    </Panel>
  );
}

/** Beside what is known; on a narrow screen below it and folded up, so that one pair fits a screen. */
function Evidence({ match }: { match: MatchRecord }) {
  const { t } = useWords();
  const narrow = useMediaQuery("(max-width: 700px)", false, { getInitialValueInEffect: false });
  const steps = (
    <>
      <p className={css.hint}>{t("matches.evidenceHint")}</p>
      <Waterfall parts={match.parts} total={match.weight} />
    </>
  );
  if (narrow)
    return (
      <details className={css.evidence}>
        <summary>{t("matches.evidence")}</summary>
        {steps}
      </details>
    );
  return (
    <div>
      <h3 className={css.sub}>{t("matches.evidence")}</h3>
      {steps}
    </div>
  );
}

const nameOf = (side: Side) => side.name ?? side.record_id;

function Name({ of }: { of: Side }) {
  const { t } = useWords();
  if (!of.person_id) return <span>{`${nameOf(of)} (${t("matches.gone")})`}</span>;
  return (
    <Link to="/people/$id" params={{ id: of.person_id }}>
      {nameOf(of)}
    </Link>
  );
}

function Value({ text, differs }: { text: string | undefined; differs?: boolean }) {
  if (!text) return <span className="quiet">–</span>;
  return (
    <span data-words="given" className={differs ? css.differs : css.value}>
      {text}
    </span>
  );
}

function Verdicts({ match, named, onSaid }: { match: MatchRecord; named: string; onSaid: (verdict: MatchVerdict) => void }) {
  const { t } = useWords();
  const say = useErrorText();
  const may = useMay("data");
  const decide = useDecideMatch();
  if (!may) return null;
  const offered: readonly MatchVerdict[] = match.state === "open" ? (match.kind === "person" ? ["accept", "refuse", "never"] : ["refuse", "never"]) : ["reopen"];
  return (
    <div className={css.verdicts}>
      {offered.map((verdict) => (
        <Button
          key={verdict}
          variant={verdict === "accept" ? "filled" : "default"}
          loading={decide.isPending && decide.variables.verdict === verdict}
          disabled={decide.isPending}
          aria-label={`${t(`matches.${verdict}`)}: ${named}`}
          onClick={() => decide.mutate({ a: match.a.node_id, b: match.b.node_id, verdict }, { onSuccess: () => onSaid(verdict) })}
        >
          {t(`matches.${verdict}`)}
        </Button>
      ))}
      {decide.error && (
        <p role="alert" className={css.error}>
          {say(decide.error)}
        </p>
      )}
    </div>
  );
}
