/** The roadmap: what to do in which order, what it brings by then, and the form that changes it. */
import { Button, Drawer } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useRoadmap, type RoadmapRecord } from "@/api/frictions";
import { useMay } from "@/api/session";
import { useFormat, useWords } from "@/i18n";
import { useMoney } from "@/pages/friction/parts";
import { Await } from "@/parts/Await";
import { DataTable } from "@/parts/DataTable";
import { Empty } from "@/parts/Empty";
import { Page, Panel } from "@/parts/Page";
import { curve } from "./curve";
import { ItemForm } from "./ItemForm";
import css from "./Roadmap.module.css";

type Step = RoadmapRecord["steps"][number];

export function RoadmapPage() {
  const { t } = useWords();
  const roadmap = useRoadmap();
  const may = useMay("data");
  const [editing, setEditing] = useState<Step | "new" | null>(null);
  return (
    <Page title={t("roadmap.title")} lead={t("roadmap.lead")} controls={may && <Button onClick={() => setEditing("new")}>{t("roadmap.add")}</Button>}>
      <Await query={roadmap} height={420}>
        {(found) => (
          <>
            {found.steps.length === 0 ? (
              <Panel>
                <Empty title={t("roadmap.empty.title")} text={t("roadmap.empty.text")} action={<Link to="/friction">{t("nav.friction")}</Link>} />
              </Panel>
            ) : (
              <>
                <Cumulated found={found} />
                <Steps found={found} onEdit={may ? setEditing : undefined} />
              </>
            )}
            <Drawer
              opened={editing !== null}
              onClose={() => setEditing(null)}
              size={460}
              title={editing === "new" || !editing ? t("roadmap.add") : t("roadmap.edit", { title: editing.item.title })}
              closeButtonProps={{ "aria-label": t("shell.close") }}
            >
              {editing && <ItemForm item={editing === "new" ? null : editing.item} found={found} onDone={() => setEditing(null)} />}
            </Drawer>
          </>
        )}
      </Await>
    </Page>
  );
}

const WIDTH = 640;
const HEIGHT = 200;

function Cumulated({ found }: { found: RoadmapRecord }) {
  const { t, tn } = useWords();
  const money = useMoney();
  const drawn = curve(found.steps, WIDTH, HEIGHT);
  const last = found.steps.at(-1);
  if (!last) return null;
  const summary = `${tn("roadmap.dayCount", last.day)}: ${money(last.total_net, found.currency)} (${t("friction.between", {
    low: money(last.total_low, found.currency),
    high: money(last.total_high, found.currency),
  })})`;
  return (
    <Panel title={t("roadmap.curve")} hint={t("roadmap.curve.about")}>
      <p className={css.summary}>{summary}</p>
      <svg className={css.curve} viewBox={`-8 -8 ${WIDTH + 16} ${HEIGHT + 16}`} role="img" aria-label={summary} preserveAspectRatio="none">
        <polygon points={drawn.band} className={css.band} />
        <line x1={0} x2={WIDTH} y1={drawn.zero} y2={drawn.zero} className={css.zero} />
        <polyline points={drawn.line} className={css.line} />
        {drawn.points.map((point, at) => (
          <circle key={found.steps[at]?.item.id} cx={point.x} cy={point.y} r={4} className={css.point} />
        ))}
      </svg>
    </Panel>
  );
}

function Steps({ found, onEdit }: { found: RoadmapRecord; onEdit?: (step: Step) => void }) {
  const { t, tn } = useWords();
  const f = useFormat();
  const money = useMoney();
  const title = (id: string) => found.steps.find((step) => step.item.id === id)?.item.title;
  const between = (low: number, high: number) => t("friction.between", { low: money(low, found.currency), high: money(high, found.currency) });
  return (
    <Panel>
      <DataTable
        caption={t("roadmap.title")}
        rows={found.steps}
        rowKey={(step) => step.item.id}
        columns={[
          {
            key: "item",
            names: true,
            head: t("roadmap.item"),
            cell: (step) => (
              <div className={css.item}>
                {step.item.title}
                {step.item.friction && (
                  <Link to="/friction" search={{ key: step.item.friction }} className={css.quiet}>
                    {t("roadmap.friction")}
                  </Link>
                )}
                {step.item.owner && <span className={css.quiet}>{step.item.owner}</span>}
                {onEdit && (
                  <Button size="compact-xs" variant="subtle" onClick={() => onEdit(step)} aria-label={t("roadmap.edit", { title: step.item.title })}>
                    {t("roadmap.change")}
                  </Button>
                )}
              </div>
            ),
          },
          { key: "done", number: true, head: t("roadmap.doneBy"), cell: (step) => tn("roadmap.dayCount", step.day) },
          { key: "cost", number: true, head: t("roadmap.cost"), cell: (step) => money(step.item.cost, found.currency) },
          {
            key: "net",
            number: true,
            head: t("roadmap.net"),
            cell: (step) => (
              <div className={css.amount}>
                {money(step.net, found.currency)}
                <span className={css.quiet}>{between(step.net_low, step.net_high)}</span>
              </div>
            ),
          },
          { key: "chance", number: true, head: t("roadmap.chance"), cell: (step) => f.percent(step.chance, 0) },
          {
            key: "total",
            number: true,
            head: t("roadmap.total"),
            cell: (step) => (
              <div className={css.amount}>
                {money(step.total_net, found.currency)}
                <span className={css.quiet}>{between(step.total_low, step.total_high)}</span>
              </div>
            ),
          },
          {
            key: "after",
            head: t("roadmap.after"),
            cell: (step) => step.item.after.map(title).filter(Boolean).join(", ") || "–",
          },
        ]}
      />
    </Panel>
  );
}
