/** Tasks: for agents; who waits for us, what to do and say, and how it went. */
import { SegmentedControl } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { api, body } from "@/api/client";
import { useWords } from "@/i18n";
import { Await } from "@/parts/Await";
import { Empty } from "@/parts/Empty";
import { Page, Panel } from "@/parts/Page";
import { TaskCard } from "./TaskCard";
import css from "./Tasks.module.css";

const route = getRouteApi("/tasks");
const POLL_MS = 10_000;

export function TasksPage() {
  const { t } = useWords();
  const { state = "open" } = route.useSearch();
  const navigate = route.useNavigate();
  const [said, setSaid] = useState<string | null>(null);
  const tasks = useQuery({
    queryKey: ["tasks", state],
    queryFn: () => body(api.GET("/api/tasks", { params: { query: { state, limit: 100 } } })),
    refetchInterval: POLL_MS,
  });
  return (
    <Page
      title={t("tasks.title")}
      lead={t("tasks.lead")}
      controls={
        <SegmentedControl
          aria-label={t("tasks.state")}
          value={state}
          onChange={(value) => void navigate({ search: value === "done" ? { state: "done" } : {} })}
          data={[
            { value: "open", label: t("tasks.open") },
            { value: "done", label: t("tasks.done") },
          ]}
        />
      }
    >
      <p role="status" className={said ? css.said : "hidden-text"}>
        {said}
      </p>
      <Await query={tasks} height={340}>
        {({ tasks: found }) =>
          found.length === 0 ? (
            <Panel>
              <Empty title={t(state === "open" ? "tasks.empty.title" : "tasks.emptyDone.title")} text={t(state === "open" ? "tasks.empty.text" : "tasks.emptyDone.text")} />
            </Panel>
          ) : (
            <ul className={css.list} aria-label={t("tasks.list")}>
              {found.map((task, index) => (
                <li key={task.task_id}>
                  <TaskCard task={task} startOpen={index === 0 && state === "open"} onDone={(title) => setSaid(t("tasks.saved", { title }))} />
                </li>
              ))}
            </ul>
          )
        }
      </Await>
    </Page>
  );
}
