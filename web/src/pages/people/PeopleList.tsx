import { Link } from "@tanstack/react-router";
import { ChevronRight } from "lucide-react";
import type { components } from "@/api/schema";
import { useFormat, useWords } from "@/i18n";
import { Initials } from "@/parts/Initials";
import { useNow } from "@/parts/useNow";
import { When } from "@/parts/When";
import css from "./People.module.css";

type PersonSummary = components["schemas"]["PersonSummary"];

export function PeopleList({ people, caption }: { people: readonly PersonSummary[]; caption: string }) {
  const { t } = useWords();
  return (
    <>
      <div className={css.head} aria-hidden>
        <span>{t("people.name")}</span>
        <span>{t("people.position")}</span>
        <span className={css.right}>{t("people.orders")}</span>
        <span className={css.right}>{t("people.spend")}</span>
        <span className={css.right}>{t("people.lastSeen")}</span>
        <span />
      </div>
      <ul className={css.list} aria-label={caption}>
        {people.map((person) => (
          <li key={person.person_id}>
            <PersonLine person={person} />
          </li>
        ))}
      </ul>
    </>
  );
}

function PersonLine({ person }: { person: PersonSummary }) {
  const { t, text } = useWords();
  const f = useFormat();
  const now = useNow();
  const { position } = person;
  return (
    <Link to="/people/$id" params={{ id: person.person_id }} className={css.line}>
      <span className={css.who}>
        <Initials name={person.name} />
        <span className={css.name}>{person.name ?? t("people.unknown")}</span>
      </span>
      <span className={css.position}>
        {position ? (
          <>
            {text(position.stage.name)} <span className="quiet">{t("people.since", { time: f.length((now.getTime() - Date.parse(position.since)) / 1000) })}</span>
          </>
        ) : (
          <span className="quiet">{t("people.nowhere")}</span>
        )}
      </span>
      <span className={css.orders}>{f.whole(person.orders)}</span>
      <span className={css.spend}>{person.spend.map((money) => f.money(money.minor, money.currency)).join(", ") || t("none")}</span>
      <span className={css.seen}>
        <When at={person.last_seen_at} />
      </span>
      <ChevronRight size={16} className={css.chevron} aria-hidden />
    </Link>
  );
}
