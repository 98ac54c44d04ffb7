import { Link } from "@tanstack/react-router";
import { ChevronRight } from "lucide-react";
import type { components } from "@/api/schema";
import { useWords } from "@/i18n";
import { Empty } from "@/parts/Empty";
import { Initials } from "@/parts/Initials";
import { When } from "@/parts/When";
import css from "./People.module.css";

/** Who was in a stage, the latest seen first. */
export function StagePeople({ people }: { people: readonly components["schemas"]["StagePerson"][] }) {
  const { t } = useWords();
  if (people.length === 0) return <Empty title={t("people.empty.title")} text={t("people.stageNone")} />;
  return (
    <ul className={css.list} aria-label={t("people.title")}>
      {people.map((person) => (
        <li key={person.person_id}>
          <Link to="/people/$id" params={{ id: person.person_id }} className={css.short}>
            <span className={css.who}>
              <Initials name={person.name} />
              <span className={css.name}>{person.name ?? t("people.unknown")}</span>
            </span>
            <span className={css.seen}>
              <When at={person.last_seen_at} />
            </span>
            <ChevronRight size={16} className={css.chevron} aria-hidden />
          </Link>
        </li>
      ))}
    </ul>
  );
}
