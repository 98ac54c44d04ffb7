import { Drawer } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useState, type ReactNode } from "react";
import { useBehind, type Behind } from "@/api/paths";
import { useMay } from "@/api/session";
import { useFormat, useWords } from "@/i18n";
import { Await } from "@/parts/Await";
import { When } from "@/parts/When";
import css from "./Paths.module.css";

interface Opened {
  title: string;
  behind: Behind;
}

/** Opens who is behind a figure, and the drawer that shows them. */
export function usePeople(): { open: (title: string, behind: Behind) => void; drawer: ReactNode } {
  const [opened, setOpened] = useState<Opened | null>(null);
  return {
    open: (title, behind) => setOpened({ title, behind }),
    drawer: <PeopleDrawer opened={opened} onClose={() => setOpened(null)} />,
  };
}

function PeopleDrawer({ opened, onClose }: { opened: Opened | null; onClose: () => void }) {
  const { t, tn } = useWords();
  const people = useBehind(opened?.behind ?? null);
  return (
    <Drawer opened={opened !== null} onClose={onClose} size={460} title={opened?.title} closeButtonProps={{ "aria-label": t("shell.close") }}>
      {opened && (
        <Await query={people} height={240}>
          {(found) => (
            <>
              <p className={css.count}>{tn("paths.people", found.count)}</p>
              {found.count > found.people.length && <p className={css.quiet}>{t("paths.peopleShown", { n: found.people.length })}</p>}
              <ul className={css.people}>
                {found.people.map((person) => (
                  <li key={person.person_id}>
                    <Link to="/people/$id" params={{ id: person.person_id }}>
                      {person.name ?? t("paths.nobody")}
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

/** A count that opens its people, where one may see them. */
export function Count({ n, onOpen }: { n: number; onOpen: () => void }) {
  const f = useFormat();
  const { tn } = useWords();
  const may = useMay("people");
  if (!may || n === 0) return <>{f.whole(n)}</>;
  return (
    <button type="button" className={css.count} aria-label={tn("paths.openPeople", n)} onClick={onOpen}>
      {f.whole(n)}
    </button>
  );
}
