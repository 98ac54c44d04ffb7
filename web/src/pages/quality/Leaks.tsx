import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { LeakRecord } from "@/api/quality";
import { useMay } from "@/api/session";
import { useFormat, useWords, type Key } from "@/i18n";
import { Empty } from "@/parts/Empty";
import { Panel } from "@/parts/Page";
import { useTouchpointName } from "./names";
import css from "./Quality.module.css";

const FIRST = 8;

export function Leaks({ leaks }: { leaks: readonly LeakRecord[] }) {
  const { t, tn } = useWords();
  const [all, setAll] = useState(false);
  const shown = all ? leaks : leaks.slice(0, FIRST);
  const dearest = leaks[0]?.events ?? 1;
  return (
    <Panel title={t("quality.leaks")} hint={t("quality.leaksHint")}>
      {leaks.length === 0 && <Empty title={t("quality.leaksEmpty.title")} text={t("quality.leaksEmpty.text")} />}
      <ul className={css.leaks} aria-label={t("quality.leaks")}>
        {shown.map((leak) => (
          <Leak key={`${leak.kind} ${leak.source} ${leak.touchpoint} ${leak.reason}`} leak={leak} dearest={dearest} />
        ))}
      </ul>
      {!all && leaks.length > FIRST && (
        <Button variant="default" mt={14} onClick={() => setAll(true)}>
          {tn("quality.more", leaks.length - FIRST)}
        </Button>
      )}
    </Panel>
  );
}

function Leak({ leak, dearest }: { leak: LeakRecord; dearest: number }) {
  const { t, tn, word } = useWords();
  const f = useFormat();
  const touchpoint = useTouchpointName();
  return (
    <li className={css.leak}>
      <div className={css.leakWhat}>
        <h3 className={css.leakTitle}>{t(`quality.leak.${leak.kind}`)}</h3>
        <p className={css.leakWhere}>
          <span data-words="given">{leak.source}</span>
          {leak.touchpoint && ` · ${touchpoint(leak.touchpoint)}`}
          {leak.reason && leak.kind !== "conflict" && ` · ${word("reason", leak.reason)}`}
          {leak.names.length > 0 && ` · ${f.list(leak.names.map((name) => word("event", name)))}`}
        </p>
        <p className={css.leakCost}>{t(`quality.leak.${leak.kind}.cost` as Key)}</p>
        <details className={css.mend}>
          <summary>{t("quality.mend")}</summary>
          <p>{t(`quality.leak.${leak.kind}.mend` as Key)}</p>
        </details>
      </div>
      <div className={css.leakNumber}>
        <p className={css.leakEvents}>{tn("quality.costEvents", leak.events)}</p>
        <span className={css.bar} aria-hidden>
          <span style={{ width: `${Math.max(2, (100 * leak.events) / dearest)}%` }} />
        </span>
        <p className="quiet">
          {t("quality.share", { share: f.percent(leak.share) })} · {t("quality.shareHere", { share: f.percent(leak.share_here, 0) })}
        </p>
        <Go leak={leak} />
      </div>
    </li>
  );
}

/** The way to the place where it is mended. */
function Go({ leak }: { leak: LeakRecord }) {
  const { t } = useWords();
  const mayPeople = useMay("people");
  if (!mayPeople) return null;
  if (leak.kind === "quarantined" || leak.kind === "conflict") {
    const search = { verdict: leak.kind, source: leak.source, reason: leak.reason ?? undefined, open: "1" as const };
    return (
      <Button size="compact-sm" variant="light" renderRoot={(props) => <Link to="/quarantine" search={search} {...props} />}>
        {t("quality.go.quarantine")}
      </Button>
    );
  }
  if (leak.kind === "unplanned") {
    return (
      <Button size="compact-sm" variant="light" renderRoot={(props) => <Link to="/plan" search={{}} {...props} />}>
        {t("quality.go.plan")}
      </Button>
    );
  }
  if (leak.kind === "missing") {
    return (
      <Button size="compact-sm" variant="light" renderRoot={(props) => <Link to="/live" search={{}} {...props} />}>
        {t("quality.go.live")}
      </Button>
    );
  }
  return null;
}
