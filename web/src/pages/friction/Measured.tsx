/** Whether mending helped: before, after, and the difference with its interval. */
import type { UseQueryResult } from "@tanstack/react-query";
import type { MeasuredRecord } from "@/api/frictions";
import { useFormat, useWords } from "@/i18n";
import { Await } from "@/parts/Await";
import { Facts } from "@/parts/Facts";
import { Panel } from "@/parts/Page";
import css from "./Friction.module.css";

export function Measured({ query, day }: { query: UseQueryResult<MeasuredRecord>; day: string }) {
  const { t } = useWords();
  const f = useFormat();
  const rate = (one: MeasuredRecord["before"]) =>
    one.share === null ? t("friction.measured.none") : t("friction.measured.rate", { share: f.percent(one.share), n: f.whole(one.visits), of: f.whole(one.of) });
  const points = (share: number) => f.signed(share * 100, 1);
  return (
    <Panel title={t("friction.measured", { day: f.date(day) })}>
      <Await query={query} height={140}>
        {(found) => (
          <>
            <Facts
              facts={[
                [t("friction.measured.before"), rate(found.before)],
                [t("friction.measured.after"), rate(found.after)],
                [
                  t("friction.measured.difference"),
                  found.difference &&
                    t("friction.measured.points", {
                      n: points(found.difference.value),
                      low: points(found.difference.ci_low),
                      high: points(found.difference.ci_high),
                    }),
                ],
              ]}
            />
            {!found.enough && <p className={css.quiet}>{t("friction.measured.wait")}</p>}
            {found.enough && !found.complete && <p className={css.quiet}>{t("friction.measured.open")}</p>}
          </>
        )}
      </Await>
    </Panel>
  );
}
