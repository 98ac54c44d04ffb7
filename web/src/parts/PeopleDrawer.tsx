/** Who is behind a figure, beside the page: as many as it says, those seen last first. */
import { Drawer } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { components } from "@/api/schema";
import { useWords } from "@/i18n";
import { Await } from "./Await";
import css from "./PeopleDrawer.module.css";
import { When } from "./When";

interface PeopleDrawerProps {
  /** What the people are behind; null: closed. */
  title: string | null;
  people: UseQueryResult<components["schemas"]["StagePeople"]>;
  onClose: () => void;
}

export function PeopleDrawer({ title, people, onClose }: PeopleDrawerProps) {
  const { t, tn } = useWords();
  return (
    <Drawer opened={title !== null} onClose={onClose} size={460} title={title} closeButtonProps={{ "aria-label": t("shell.close") }}>
      {title !== null && (
        <Await query={people} height={240}>
          {(found) => (
            <>
              <p className={css.count}>{tn("paths.people", found.count)}</p>
              {found.count > found.people.length && <p className={css.quiet}>{t("paths.peopleShown", { n: found.people.length })}</p>}
              <ul className={css.people}>
                {found.people.map((person) => (
                  <li key={person.person_id}>
                    <Link to="/people/$id" params={{ id: person.person_id }}>
                      {person.name ?? t("people.unknown")}
                    </Link>
                    <span className={css.quiet}>
                      <When at={person.last_seen_at} />
                    </span>
                  </li>
                ))}
              </ul>
            </>
          )}
        </Await>
      )}
    </Drawer>
  );
}
