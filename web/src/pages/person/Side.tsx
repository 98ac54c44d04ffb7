import { Link } from "@tanstack/react-router";
import type { PersonRecord } from "@/api/people";
import { useFormat, useWords } from "@/i18n";
import { Facts } from "@/parts/Facts";
import { Panel } from "@/parts/Page";
import { Tag, type TagTone } from "@/parts/Tag";
import { When } from "@/parts/When";
import css from "./Person.module.css";
import { languageText, traitText } from "./trait";

type Of<K extends keyof PersonRecord> = { [each in K]: PersonRecord[each] };

/** Why this is one person: each identifier with the evidence that ties it. */
export function Identifiers({ identifiers }: Of<"identifiers">) {
  const { t, tn, word } = useWords();
  const why = (each: PersonRecord["identifiers"][number]) => {
    if (each.link === "linked") return t("person.link.linked", { via: each.via ? `${word("identifier", each.via.kind).toLocaleLowerCase()} ${each.via.value}` : "?" });
    if (each.link === "shared") return tn("person.link.shared", each.seen_with);
    return t(`person.link.${each.link}`);
  };
  return (
    <Panel title={t("person.identifiers")}>
      <ul className={css.identifiers}>
        {identifiers.map((each) => (
          <li key={each.node_id}>
            <p className={css.quiet}>{word("identifier", each.kind)}</p>
            <p className={css.identifier}>{each.value}</p>
            <p className={css.reason}>
              {why(each)} <span className="quiet">· {tn("person.eventsUnder", each.events)}</span>
            </p>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

const CONSENT_TONE: Record<string, TagTone> = { granted: "good", denied: "bad", withdrawn: "bad" };

export function Consents({ consents }: Of<"consents">) {
  const { t, word } = useWords();
  const f = useFormat();
  return (
    <Panel title={t("person.consents")}>
      {consents.length === 0 && <p className={css.reason}>{t("person.noConsents")}</p>}
      <ul className={css.rows}>
        {consents.map((consent) => (
          <li key={`${consent.purpose}/${consent.channel}`}>
            <span>
              {word("purpose", consent.purpose)}
              <span className={css.sub}>
                {[consent.channel === "*" || consent.channel === "any" ? t("person.anyChannel") : word("channel", consent.channel), t("person.consentSince", { day: f.day(consent.since) })].join(", ")}
              </span>
            </span>
            <Tag tone={CONSENT_TONE[consent.state] ?? "neutral"}>{t(`consent.${consent.state}`)}</Tag>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

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
