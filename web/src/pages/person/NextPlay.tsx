import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { PersonRecord } from "@/api/people";
import { useWords } from "@/i18n";
import { Panel } from "@/parts/Page";
import { PlayFields } from "@/parts/PlayFields";
import { Tag } from "@/parts/Tag";
import css from "./Person.module.css";

/** The next best play: what to do, say and ask, and what speaks for it. */
export function NextPlay({ next }: { next: PersonRecord["next_play"] }) {
  const { t, text } = useWords();
  return (
    <Panel title={t("person.next")} className={css.next}>
      {next ? (
        <>
          <p className={css.nextHead}>
            <Link to="/playbooks" search={{ play: next.play.id }} className={css.nextName}>
              {text(next.play.name)}
            </Link>
            <Tag tone="accent">{t(`person.because.${next.because}`)}</Tag>
          </p>
          <PlayFields play={next.play} />
          {next.because === "open_task" && (
            <Button mt={16} variant="light" renderRoot={(props) => <Link to="/tasks" {...props} />}>
              {t("person.goTasks")}
            </Button>
          )}
        </>
      ) : (
        <p className="quiet">{t("person.noNext")}</p>
      )}
    </Panel>
  );
}
