import { useState, type ReactNode } from "react";
import { useBehind, type Behind } from "@/api/paths";
import { useMay } from "@/api/session";
import { useFormat, useWords } from "@/i18n";
import { PeopleDrawer } from "@/parts/PeopleDrawer";
import css from "./Paths.module.css";

interface Opened {
  title: string;
  behind: Behind;
}

/** Opens who is behind a figure, and the drawer that shows them. */
export function usePeople(): { open: (title: string, behind: Behind) => void; drawer: ReactNode } {
  const [opened, setOpened] = useState<Opened | null>(null);
  const people = useBehind(opened?.behind ?? null);
  return {
    open: (title, behind) => setOpened({ title, behind }),
    drawer: <PeopleDrawer title={opened?.title ?? null} people={people} onClose={() => setOpened(null)} />,
  };
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
