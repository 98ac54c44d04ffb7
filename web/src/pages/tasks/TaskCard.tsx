import { Button, Collapse, UnstyledButton } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { ChevronDown } from "lucide-react";
import { useId, useState } from "react";
import type { components } from "@/api/schema";
import { useWords } from "@/i18n";
import { PlayFields } from "@/parts/PlayFields";
import { Tag } from "@/parts/Tag";
import { When } from "@/parts/When";
import { FinishTask } from "./FinishTask";
import css from "./Tasks.module.css";

export type TaskRecord = components["schemas"]["TaskRecord"];

interface TaskCardProps {
  task: TaskRecord;
  startOpen: boolean;
  onDone: (title: string) => void;
}

export function TaskCard({ task, startOpen, onDone }: TaskCardProps) {
  const { t, text, word } = useWords();
  const [open, setOpen] = useState(startOpen);
  const content = useId();
  return (
    <article className={css.card} data-overdue={task.overdue || undefined}>
      <UnstyledButton className={css.head} onClick={() => setOpen(!open)} aria-expanded={open} aria-controls={content}>
        <span className={css.headText}>
          <span className={css.title}>{text(task.title)}</span>
          <span className={css.who}>
            {task.person ? (task.person.name ?? t("people.unknown")) : t("tasks.gone")}
            <span className={css.queue}>{word("queue", task.queue)}</span>
          </span>
        </span>
        <Deadline task={task} />
        <ChevronDown size={18} className={css.chevron} data-open={open || undefined} aria-hidden />
      </UnstyledButton>
      <div id={content}>
        <Collapse expanded={open}>
          <div className={css.body}>
            <div>{task.play ? <PlayFields play={task.play} /> : <p className="quiet">{t("tasks.noPlay")}</p>}</div>
            <div className={css.act}>
              {task.person && <OpenPerson id={task.person.person_id} />}
              {task.done_at === null && <FinishTask task={task} onDone={onDone} />}
            </div>
          </div>
        </Collapse>
      </div>
    </article>
  );
}

function OpenPerson({ id }: { id: string }) {
  const { t } = useWords();
  return (
    <Button variant="default" fullWidth renderRoot={(props) => <Link to="/people/$id" params={{ id }} {...props} />}>
      {t("tasks.openPerson")}
    </Button>
  );
}

function Deadline({ task }: { task: TaskRecord }) {
  const { t, word } = useWords();
  if (task.done_at) {
    return (
      <span className={css.due}>
        {task.outcome && <Tag tone="good">{word("outcome", task.outcome)}</Tag>}
        <span className={css.doneBy}>
          {task.done_by && t("tasks.doneBy", { who: task.done_by })} <When at={task.done_at} />
        </span>
      </span>
    );
  }
  return (
    <span className={css.due}>
      <Tag tone={task.overdue ? "bad" : "neutral"}>
        {t(task.overdue ? "tasks.overdueTag" : "tasks.dueTag")} <When at={task.due_at} />
      </Tag>
    </span>
  );
}
