import { Select } from "@mantine/core";
import { useConfig } from "@/api/config";
import { useConformance, type Behind } from "@/api/paths";
import { useFormat, useWords } from "@/i18n";
import { Await } from "@/parts/Await";
import { DataTable } from "@/parts/DataTable";
import { Panel } from "@/parts/Page";
import type { Window } from "@/parts/period";
import css from "./Paths.module.css";
import { Count } from "./Count";

interface ConformanceProps {
  chosen: string | undefined;
  window: Window;
  onChoose: (journey: string | undefined) => void;
  open: (title: string, behind: Behind) => void;
}

/** The declared journey against the ways people go. */
export function Conformance({ chosen, window, onChoose, open }: ConformanceProps) {
  const { t, tn, text } = useWords();
  const f = useFormat();
  const journeys = useConfig().data?.journeys ?? [];
  const journey = journeys.find((each) => each.id === chosen) ?? journeys[0];
  const conformance = useConformance(journey?.id, window);
  if (!journey) return null;
  const stage = (id: string | null) => text(journey.stages.find((each) => each.id === id)?.name) || (id ?? t("paths.deviation.begin"));
  const choose = journeys.length > 1 && (
    <Select
      size="xs"
      aria-label={t("paths.conformance.journey")}
      allowDeselect={false}
      value={journey.id}
      onChange={(id) => onChoose(id === journeys[0]?.id ? undefined : (id ?? undefined))}
      data={journeys.map((each) => ({ value: each.id, label: text(each.name) }))}
    />
  );
  return (
    <Await query={conformance} height={260}>
      {({ on_path: share, to_the_end, deviations }) => (
        <Panel title={t("paths.conformance")} hint={t("paths.conformance.hint")} actions={choose}>
          {share.value === null || share.ci_low === null || share.ci_high === null ? (
            <p className={css.quiet}>{t("paths.conformance.none")}</p>
          ) : (
            <>
              <p>
                <Count n={share.count} onOpen={() => open(t("paths.conformance.people"), { of: "conformance", journey: journey.id, query: { ...window, kind: "on_path" } })} />{" "}
                {t("paths.conformance.onPath", { n: f.whole(share.n), share: f.percent(share.value), low: f.percent(share.ci_low), high: f.percent(share.ci_high) })}
                <span className={css.quiet}> · {tn("paths.conformance.end", to_the_end)}</span>
              </p>
              {deviations.length === 0 ? (
                <p className={css.quiet}>{t("paths.conformance.all")}</p>
              ) : (
                <DataTable
                  caption={t("paths.deviation")}
                  rows={deviations}
                  rowKey={(row) => `${row.kind}|${row.start ?? ""}|${row.end}`}
                  columns={[
                    { key: "kind", head: t("paths.deviation"), names: true, cell: (row) => t(`paths.deviation.${row.kind}`) },
                    { key: "from", head: t("paths.from"), cell: (row) => (row.kind === "left_out" ? "–" : stage(row.start)) },
                    { key: "to", head: t("paths.to"), cell: (row) => stage(row.end) },
                    {
                      key: "people",
                      head: t("paths.peopleHead"),
                      number: true,
                      cell: (row) => (
                        <Count
                          n={row.people}
                          onOpen={() =>
                            open(`${t(`paths.deviation.${row.kind}`)}: ${stage(row.end)}`, {
                              of: "conformance",
                              journey: journey.id,
                              query: { ...window, kind: row.kind, stage: row.start ?? undefined, next: row.end },
                            })
                          }
                        />
                      ),
                    },
                    { key: "share", head: t("paths.share"), number: true, cell: (row) => f.percent(row.people / share.n) },
                  ]}
                />
              )}
            </>
          )}
        </Panel>
      )}
    </Await>
  );
}
