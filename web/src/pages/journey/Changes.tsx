/** What changed on the map against the time before: what is clear first, everything in the table. */
import { Fragment } from "react";
import { useMapComparison, type JourneyMapRecord, type MapComparisonRecord } from "@/api/insight";
import { useFormat, useWords } from "@/i18n";
import { Await } from "@/parts/Await";
import { Change } from "@/parts/Change";
import { DataTable } from "@/parts/DataTable";
import { addDays, type Window } from "@/parts/period";
import { Twin } from "@/parts/Twin";
import css from "./Journey.module.css";

export function Changes({ map, window }: { map: JourneyMapRecord; window: Window }) {
  const compared = useMapComparison(map.journey, window);
  return (
    <Await query={compared} height={160}>
      {(found) => <Told found={found} />}
    </Await>
  );
}

function Told({ found }: { found: MapComparisonRecord }) {
  const { t, text } = useWords();
  const f = useFormat();
  const { window } = found.other;
  const names = new Map(found.map.stages.map((stage) => [stage.stage, text(stage.name)]));
  const clear = found.changes.filter((each) => each.difference.is_clear);
  return (
    <Twin
      title={t("journey.changes")}
      hint={t("journey.changes.about", { range: t("period.range", { from: f.date(window.from), to: f.date(addDays(window.to, -1)) }) })}
      chart={
        clear.length === 0 ? (
          <p className={css.none}>{t("journey.changes.none")}</p>
        ) : (
          <dl className={css.changes}>
            {clear.map((each) => (
              <Fragment key={`${each.stage} ${each.measure}`}>
                <dt>
                  <strong>{names.get(each.stage)}</strong> {t(`journey.change.${each.measure}`)}
                </dt>
                <dd>
                  <Change difference={each.difference} unit={each.unit} better={each.better} />
                </dd>
              </Fragment>
            ))}
          </dl>
        )
      }
      table={
        <DataTable
          caption={t("journey.changes")}
          rows={found.changes}
          rowKey={(each) => `${each.stage} ${each.measure}`}
          columns={[
            { key: "stage", head: t("journey.stage"), names: true, cell: (each) => names.get(each.stage) },
            { key: "measure", head: t("journey.measure"), cell: (each) => t(`journey.change.${each.measure}`) },
            { key: "difference", head: t("journey.difference"), cell: (each) => <Change difference={each.difference} unit={each.unit} better={each.better} /> },
          ]}
        />
      }
    />
  );
}
