/** Retention: of the people who came first in a week or month, who came again in each one after. */
import { SegmentedControl, Select } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import type { CSSProperties } from "react";
import { useRetention, useSteps, type RetentionQuery, type RetentionRecord } from "@/api/paths";
import { useFormat, useWords } from "@/i18n";
import { Await } from "@/parts/Await";
import { Empty } from "@/parts/Empty";
import { Page, Panel } from "@/parts/Page";
import { addDays, presetWindow, type Window } from "@/parts/period";
import { PeriodPicker, useToday } from "@/parts/PeriodPicker";
import { Count, usePeople } from "@/pages/paths/Count";
import type { RetentionSearch } from "@/search";
import css from "./Retention.module.css";

const route = getRouteApi("/retention");

export function RetentionPage() {
  const { t, word } = useWords();
  const f = useFormat();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const today = useToday();
  const window: Window = search.from && search.to ? { from: search.from, to: search.to } : presetWindow("13w", today);
  const change = (next: Partial<RetentionSearch>) => void navigate({ search: (old) => ({ ...old, ...next }), resetScroll: false });
  const query: RetentionQuery = { ...window, period: search.period ?? "week", first: search.first ?? "", again: search.again ?? "" };
  const found = useRetention(query);
  const names = (useSteps("name").data?.steps ?? []).map((each) => ({ value: each.step, label: word("event", each.step) }));
  const people = usePeople();
  const open = (cohort: string, after?: number) => people.open(t("retention.people", { day: f.date(cohort) }), { of: "retention", query: { ...query, cohort, after } });
  return (
    <Page
      title={t("retention.title")}
      lead={t("period.range", { from: f.date(window.from), to: f.date(addDays(window.to, -1)) })}
      controls={<PeriodPicker window={window} onChange={change} />}
    >
      <Panel>
        <div className={css.options}>
          <SegmentedControl
            aria-label={t("retention.period")}
            value={search.period ?? "week"}
            onChange={(period) => change({ period: period === "month" ? "month" : undefined })}
            data={[
              { value: "week", label: t("retention.week") },
              { value: "month", label: t("retention.month") },
            ]}
          />
          <Select label={t("retention.first")} w={220} clearable searchable placeholder={t("retention.any")} value={search.first ?? null} onChange={(first) => change({ first: first ?? undefined })} data={names} />
          <Select label={t("retention.again")} w={220} clearable searchable placeholder={t("retention.any")} value={search.again ?? null} onChange={(again) => change({ again: again ?? undefined })} data={names} />
        </div>
      </Panel>
      <Await query={found} height={360}>
        {(answer) => (
          <Panel title={t("retention.triangle")} hint={t("retention.hint")}>
            {answer.cohorts.length === 0 ? <Empty title={t("paths.empty.title")} text={t("paths.empty.text")} /> : <Triangle found={answer} open={open} />}
          </Panel>
        )}
      </Await>
      {people.drawer}
    </Page>
  );
}

function Triangle({ found, open }: { found: RetentionRecord; open: (cohort: string, after?: number) => void }) {
  const { t, tn } = useWords();
  const f = useFormat();
  const most = Math.max(...found.cohorts.map((cohort) => cohort.cells.length));
  const afters = Array.from({ length: most }, (_, after) => after);
  return (
    <div className={css.scroll} tabIndex={0} role="region" aria-label={t("retention.triangle")}>
      <table className={css.table}>
        <caption className="hidden-text">{t("retention.triangle")}</caption>
        <thead>
          <tr>
            <th scope="col">{t(`retention.cohort.${found.period}`)}</th>
            <th scope="col">{t("paths.peopleHead")}</th>
            {afters.map((after) => (
              <th key={after} scope="col" aria-label={tn(`retention.after.${found.period}`, after)}>
                {after}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {found.cohorts.map((cohort) => (
            <tr key={cohort.window.from}>
              <th scope="row">{f.date(cohort.window.from)}</th>
              <td>
                <Count n={cohort.people} onOpen={() => open(cohort.window.from)} />
              </td>
              {cohort.cells.map((cell) => {
                const share = cell.share.value ?? 0;
                const told = `${f.whole(cell.share.count)} / ${f.whole(cell.share.n)}${cell.complete ? "" : ` · ${t("kpi.incomplete")}`}`;
                return (
                  <td key={cell.after} className={css.cell} data-open={cell.complete ? undefined : true} data-dark={share > 0.55 || undefined} style={{ "--share": share } as CSSProperties}>
                    <button type="button" title={told} aria-label={`${f.percent(share)}, ${told}`} disabled={cell.share.count === 0} onClick={() => open(cohort.window.from, cell.after)}>
                      {f.percent(share, 0)}
                    </button>
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">{t("retention.all")}</th>
            <td />
            {afters.map((after) => {
              const column = found.columns.find((each) => each.after === after);
              return <td key={after}>{column?.share.value === null || column === undefined ? "–" : f.percent(column.share.value, 0)}</td>;
            })}
          </tr>
        </tfoot>
      </table>
    </div>
  );
}
