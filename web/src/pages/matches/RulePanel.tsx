/** The rule that accepts pairs: what it would do, before anybody switches it on. */
import { Button, Select, TextInput } from "@mantine/core";
import { useState } from "react";
import { useActOnRule, useMatchRule, useRulePreview, type Acceptance, type Band, type MatchRuleVersion } from "@/api/matchRule";
import { useMay } from "@/api/session";
import { useFormat, useWords } from "@/i18n";
import { Await, useErrorText } from "@/parts/Await";
import { DataTable } from "@/parts/DataTable";
import { Panel } from "@/parts/Page";
import { Tag } from "@/parts/Tag";
import css from "./Matches.module.css";

const PRECISIONS = [0.9, 0.95, 0.98, 0.99, 0.995] as const;

export function RulePanel() {
  const { t } = useWords();
  const rule = useMatchRule();
  const [open, setOpen] = useState(false);
  const latest = rule.data?.versions[0];
  return (
    <Panel
      title={t("matches.rule")}
      hint={t("matches.ruleHint")}
      actions={
        <>
          <Tag tone={latest?.on ? "good" : "neutral"}>{t(latest?.on ? "matches.rule.on" : "matches.rule.off")}</Tag>
          <Button variant="default" size="xs" aria-expanded={open} onClick={() => setOpen(!open)}>
            {t(open ? "matches.rule.close" : "matches.rule.open")}
          </Button>
        </>
      }
    >
      {open && <Await query={rule}>{(found) => <Rule key={latest?.version ?? 0} latest={latest} versions={found.versions} />}</Await>}
    </Panel>
  );
}

function Rule({ latest, versions }: { latest: MatchRuleVersion | undefined; versions: readonly MatchRuleVersion[] }) {
  const { t } = useWords();
  const f = useFormat();
  const say = useErrorText();
  const may = useMay("data");
  const act = useActOnRule();
  const [name, setName] = useState(latest?.name ?? "");
  const [precision, setPrecision] = useState(latest?.precision ?? 0.99);
  const preview = useRulePreview(precision, true);
  const offered = [...new Set([...PRECISIONS, precision])].sort();
  return (
    <div className={css.rule}>
      <div className={css.fields}>
        <Select
          label={t("matches.rule.precision")}
          description={t("matches.rule.precisionHint")}
          data={offered.map((each) => ({ value: String(each), label: f.percent(each, each * 100 === Math.round(each * 100) ? 0 : 1) }))}
          value={String(precision)}
          allowDeselect={false}
          onChange={(next) => next && setPrecision(Number(next))}
        />
        {may && <TextInput label={t("matches.rule.name")} description={t("matches.rule.nameHint")} placeholder="sure" value={name} maxLength={40} onChange={(event) => setName(event.currentTarget.value)} />}
      </div>
      <Await query={preview}>{(found) => <Preview found={found} />}</Await>
      {may && (
        <div className={css.verdicts}>
          <Button disabled={!/^[a-z0-9][a-z0-9_-]*$/.test(name) || (latest?.on && latest.name === name && latest.precision === precision)} loading={act.isPending} onClick={() => act.mutate({ act: "put", name, precision, on: true })}>
            {t("matches.rule.switchOn")}
          </Button>
          {latest?.on && (
            <>
              <Button variant="default" loading={act.isPending} onClick={() => act.mutate({ act: "run" })}>
                {t("matches.rule.run")}
              </Button>
              <Button variant="default" loading={act.isPending} onClick={() => act.mutate({ act: "put", name: latest.name, precision: latest.precision, on: false })}>
                {t("matches.rule.switchOff")}
              </Button>
            </>
          )}
          {act.error && (
            <p role="alert" className={css.error}>
              {say(act.error)}
            </p>
          )}
        </div>
      )}
      {versions.length > 0 && <Versions versions={versions} may={may} withdraw={(version) => act.mutate({ act: "withdraw", version })} />}
    </div>
  );
}

function Preview({ found }: { found: Acceptance }) {
  const { t, tn } = useWords();
  const f = useFormat();
  const nothing = !found.bands.some((band) => band.taken);
  return (
    <>
      <p role="status" className={css.would}>
        {nothing
          ? t("matches.rule.nothing")
          : `${tn("matches.rule.would", found.accepted)} ${t("matches.rule.wrong", { n: f.decimal(found.wrong), from: f.decimal(found.wrong_least), to: f.decimal(found.wrong_most) })}`}
      </p>
      {found.left.map((one) => (
        <p key={one.reason} className="quiet">
          {`${tn("matches.rule.left", one.pairs)} ${t(`matches.rule.left.${one.reason}`)}`}
        </p>
      ))}
      <DataTable
        caption={t("matches.rule.bands")}
        rows={found.bands}
        rowKey={(band) => String(band.low)}
        columns={[
          { key: "weight", head: t("matches.weight"), names: true, cell: (band) => <Ends band={band} /> },
          { key: "pairs", head: t("matches.rule.pairs"), number: true, cell: (band) => f.whole(band.pairs) },
          { key: "model", head: t("matches.rule.model"), number: true, cell: (band) => (band.model === null ? "–" : f.percent(Math.min(band.model, 0.9999), 2)) },
          { key: "said", head: t("matches.rule.said"), number: true, cell: (band) => t("matches.rule.of", { n: f.whole(band.accepted), of: f.whole(band.accepted + band.refused) }) },
          { key: "least", head: t("matches.rule.least"), number: true, cell: (band) => (band.accepted + band.refused === 0 ? "–" : f.percent(band.least, 1)) },
          { key: "taken", head: t("matches.rule.taken"), cell: (band) => (band.taken ? <Tag tone="good">{t("matches.rule.yes")}</Tag> : <span className="quiet">{t("matches.rule.no")}</span>) },
        ]}
      />
    </>
  );
}

function Ends({ band }: { band: Band }) {
  const { t } = useWords();
  if (band.low === null) return <>{t("matches.rule.under", { n: band.high ?? 0 })}</>;
  return <>{band.high === null ? t("matches.rule.from", { n: band.low }) : t("matches.rule.between", { low: band.low, high: band.high })}</>;
}

function Versions({ versions, may, withdraw }: { versions: readonly MatchRuleVersion[]; may: boolean; withdraw: (version: number) => void }) {
  const { t } = useWords();
  const f = useFormat();
  return (
    <DataTable
      caption={t("matches.rule.versions")}
      rows={versions}
      rowKey={(one) => String(one.version)}
      columns={[
        { key: "name", head: t("matches.rule.versions"), names: true, cell: (one) => <span data-words="given">{`${one.name}@${one.version}`}</span> },
        { key: "precision", head: t("matches.rule.precision"), number: true, cell: (one) => f.percent(one.precision, 1) },
        { key: "by", head: t("matches.rule.by"), cell: (one) => <span data-words="given">{t("matches.decidedBy", { by: one.by, day: f.day(one.at) })}</span> },
        { key: "state", head: t("matches.rule.state"), cell: (one) => t(one.on ? "matches.rule.on" : "matches.rule.off") },
        { key: "accepted", head: t("matches.rule.accepted"), number: true, cell: (one) => f.whole(one.accepted) },
        {
          key: "withdraw",
          head: "",
          cell: (one) =>
            may && one.accepted > 0 ? (
              <Button size="xs" variant="default" onClick={() => withdraw(one.version)}>
                {t("matches.rule.withdraw")}
              </Button>
            ) : null,
        },
      ]}
    />
  );
}
