/** Dispersione: where events and people are lost on their way to a number. */
import { useUnused } from "@/api/plan";
import { useQuality, useQualityPeople, type QualityRecord } from "@/api/quality";
import { useFormat, useWords } from "@/i18n";
import { Await } from "@/parts/Await";
import { Empty } from "@/parts/Empty";
import { Page, Panel } from "@/parts/Page";
import { addDays } from "@/parts/period";
import { Leaks } from "./Leaks";
import { Origins } from "./Origins";
import { Reach, Systems } from "./People";
import { Taken } from "./Taken";
import { Unused } from "./Unused";
import css from "./Quality.module.css";

export function QualityPage() {
  const { t } = useWords();
  const quality = useQuality();
  return (
    <Page title={t("quality.title")} lead={t("quality.lead")}>
      <Await query={quality} height={520}>
        {(found) => <Whole found={found} />}
      </Await>
    </Page>
  );
}

function Whole({ found }: { found: QualityRecord }) {
  const { t, tn } = useWords();
  const people = useQualityPeople();
  const unused = useUnused();
  const span = daysOf(found);
  const came = found.events + found.sources.reduce((sum, source) => sum + source.waiting + source.quarantined, 0);
  return (
    <>
      <Summary found={found} span={span} />
      {found.behind > 0 && (
        <p role="status" className={css.note}>
          {tn("quality.behind", found.behind)}
        </p>
      )}
      {found.days > 0 && found.days < span && <p className={css.note}>{t("quality.young", { n: found.days, of: span })}</p>}
      {came === 0 ? (
        <Panel>
          <Empty title={t("quality.empty.title")} text={t("quality.empty.text")} />
        </Panel>
      ) : (
        <>
          <Leaks leaks={found.leaks} />
          <Origins origins={found.origins} />
          <Taken sources={found.sources} />
          <Await query={unused} height={260}>
            {(told) => <Unused found={told} />}
          </Await>
        </>
      )}
      <Await query={people} height={260}>
        {(known) => (
          <>
            <Reach people={known} />
            <Systems people={known} />
          </>
        )}
      </Await>
    </>
  );
}

const daysOf = (found: QualityRecord) => Math.round((Date.parse(found.window.to) - Date.parse(found.window.from)) / 86_400_000);

function Summary({ found, span }: { found: QualityRecord; span: number }) {
  const { t, word } = useWords();
  const f = useFormat();
  const worst = found.leaks[0];
  const waiting = found.sources.reduce((sum, source) => sum + source.waiting, 0);
  return (
    <section className={css.summary} aria-label={t("quality.window", { from: f.date(found.window.from), to: f.date(addDays(found.window.to, -1)) })}>
      <Figure name={t("quality.events")} value={f.whole(found.events)} hint={t("quality.eventsHint", { n: found.days, of: span })} />
      <Figure name={t("quality.worst")} value={worst ? f.percent(worst.share) : t("quality.worstNone")} hint={worst ? word("quality.leak", worst.kind) : ""} />
      <Figure name={t("quality.planned")} value={found.planned === null ? t("none") : f.percent(found.planned, 0)} hint={t("quality.plannedHint")} />
      <Figure name={t("quality.waiting")} value={f.whole(waiting)} hint={t("quality.waitingHint")} />
    </section>
  );
}

function Figure({ name, value, hint }: { name: string; value: string; hint: string }) {
  return (
    <div className={css.figure}>
      <p className={css.figureName}>{name}</p>
      <p className={css.figureValue}>{value}</p>
      <p className={css.figureHint}>{hint}</p>
    </div>
  );
}
