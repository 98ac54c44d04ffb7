import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useMay } from "@/api/session";
import { useStatus } from "@/api/status";
import { useFormat, useWords } from "@/i18n";
import { Await } from "@/parts/Await";
import { Facts } from "@/parts/Facts";
import { Panel } from "@/parts/Page";
import css from "./Today.module.css";

const WAITING = ["queued", "deferred", "attempted"] as const;

/** What is coming in and going out right now. */
export function ComingIn() {
  const { t, tn } = useWords();
  const f = useFormat();
  const status = useStatus();
  const mayPeople = useMay("people");
  return (
    <Panel title={t("today.arriving")}>
      <Await query={status} height={220}>
        {(now) => {
          const sent = now.queues.messages;
          const waiting = WAITING.reduce((sum, state) => sum + (sent[state] ?? 0), 0);
          return (
            <>
              <p className={css.counter} data-testid="event-counter">
                {f.whole(now.today.accepted)}
              </p>
              <p className={css.counterName}>
                {tn("today.events", now.today.accepted)} <span className="quiet">· {t("today.total", { n: f.whole(now.total.accepted) })}</span>
              </p>
              <Facts
                counts
                facts={[
                  [t("today.refused"), f.whole(now.today.quarantined)],
                  [t("today.duplicates"), f.whole(now.today.duplicate)],
                  [t("today.sent"), f.whole(sent.accepted ?? 0)],
                  [t("today.notSent"), f.whole(sent.refused ?? 0)],
                  [t("today.waiting"), f.whole(waiting)],
                  [t("today.tasksOpen"), f.whole(now.queues.tasks_open)],
                ]}
              />
              {mayPeople && (
                <Button mt={18} variant="light" fullWidth renderRoot={(props) => <Link to="/live" {...props} />}>
                  {t("today.seeLive")}
                </Button>
              )}
            </>
          );
        }}
      </Await>
    </Panel>
  );
}
