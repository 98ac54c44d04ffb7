import { Link } from "@tanstack/react-router";
import type { PersonRecord } from "@/api/people";
import { useFormat, useWords } from "@/i18n";
import { Facts } from "@/parts/Facts";
import { Panel } from "@/parts/Page";
import { Tag } from "@/parts/Tag";
import { When } from "@/parts/When";
import css from "./Person.module.css";
import { languageText, traitText } from "./trait";

type Of<K extends keyof PersonRecord> = { [each in K]: PersonRecord[each] };

export function Traits({ traits }: Of<"traits">) {
  const words = useWords();
  const { t, word } = words;
  return (
    <Panel title={t("person.traits")}>
      {traits.length === 0 ? (
        <p className={css.reason}>{t("person.noTraits")}</p>
      ) : (
        <Facts facts={traits.map((trait) => [word("trait", trait.name), trait.name === "language" ? languageText(trait.value, words) : traitText(trait.value, words)] as const)} />
      )}
    </Panel>
  );
}

export function Counters({ counters }: Of<"counters">) {
  const { t, word } = useWords();
  const f = useFormat();
  if (counters.length === 0) return null;
  return (
    <Panel title={t("person.counters")}>
      <ul className={css.rows}>
        {counters.slice(0, 12).map((counter) => (
          <li key={counter.name}>
            <span>{word("event", counter.name)}</span>
            <span className={css.number}>{f.whole(counter.count)}</span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

export function PersonTasks({ tasks }: Of<"tasks">) {
  const { t, text, word } = useWords();
  return (
    <Panel title={t("person.tasks")}>
      <ul className={css.rows}>
        {tasks.map((task) => (
          <li key={task.task_id}>
            <span>
              {task.done_at ? text(task.title) : <Link to="/tasks">{text(task.title)}</Link>}
              <span className={css.sub}>
                {t("person.taskDue")} <When at={task.due_at} />
              </span>
            </span>
            {task.outcome ? (
              <Tag tone="good">{word("outcome", task.outcome)}</Tag>
            ) : (
              <Tag tone={task.overdue ? "bad" : "neutral"}>{t(task.overdue ? "tasks.overdueTag" : "tasks.openTag")}</Tag>
            )}
          </li>
        ))}
      </ul>
    </Panel>
  );
}
