import { Link } from "@tanstack/react-router";
import type { SeenTogether } from "@/api/identity";
import { useEventOf } from "@/api/people";
import { useFormat, useWords } from "@/i18n";
import { useInView } from "@/parts/useInView";
import css from "./Identity.module.css";

/** What the event was in which two identifiers were seen together, and the way to its place on the person's timeline. */
export function SeenEvent({ seen, person }: { seen: SeenTogether; person: string }) {
  const { t, text, word } = useWords();
  const f = useFormat();
  const [ref, near] = useInView<HTMLSpanElement>();
  const found = useEventOf(person, seen.at, seen.message_id, near);
  const event = found.data;
  return (
    <span ref={ref} className={css.seenEvent}>
      {event && (
        <Link to="/people/$id" params={{ id: person }} search={{ at: seen.at, event: seen.message_id }} className={css.eventLink} title={event.name} aria-label={t("identity.toTimeline", { event: word("event", event.name), when: f.moment(seen.at) })}>
          {word("event", event.name)}
        </Link>
      )}
      {event?.touchpoint && <span>{text(event.touchpoint.name)}</span>}
      {found.isSuccess && !event && <span className="quiet">{t("identity.eventElsewhere")}</span>}
    </span>
  );
}
