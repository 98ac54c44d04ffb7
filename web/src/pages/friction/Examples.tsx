/** What a friction was like for three people: the events around it. */
import { Link } from "@tanstack/react-router";
import { useFrictionExamples } from "@/api/frictions";
import { useFormat, useWords } from "@/i18n";
import { Await } from "@/parts/Await";
import { Panel } from "@/parts/Page";
import { Tag } from "@/parts/Tag";
import css from "./Friction.module.css";

export function Examples({ friction }: { friction: string }) {
  const { t, text, word } = useWords();
  const f = useFormat();
  const examples = useFrictionExamples(friction, true);
  return (
    <Panel title={t("friction.examples")}>
      <Await query={examples} height={280}>
        {(found) => (
          <div className={css.examples}>
            {found.people.map((example) => (
              <div key={example.person_id}>
                <ol className={css.events}>
                  {example.events.map((event) => (
                    <li key={event.message_id} data-here={event.here || undefined}>
                      <span className={css.quiet}>{f.moment(event.occurred_at)}</span>
                      <span>
                        {word("event", event.name)} {event.here && <Tag tone="bad">{t("friction.here")}</Tag>}
                      </span>
                      <span className={css.quiet}>{text(event.touchpoint?.name)}</span>
                    </li>
                  ))}
                </ol>
                <Link to="/people/$id" params={{ id: example.person_id }}>
                  {t("friction.examples.person")}
                </Link>
              </div>
            ))}
          </div>
        )}
      </Await>
    </Panel>
  );
}
