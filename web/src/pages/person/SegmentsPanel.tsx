/** The segments that somebody is in, and since when. */
import { Link } from "@tanstack/react-router";
import { useSegmentsOf } from "@/api/segments";
import { useWords } from "@/i18n";
import { Panel } from "@/parts/Page";
import { When } from "@/parts/When";
import css from "./Person.module.css";

export function SegmentsPanel({ person }: { person: string }) {
  const { t, text } = useWords();
  const found = useSegmentsOf(person).data?.segments;
  if (!found) return null;
  return (
    <Panel title={t("segments.ofPerson")}>
      {found.length === 0 ? (
        <p className={css.reason}>{t("segments.ofNone")}</p>
      ) : (
        <ul className={css.rows}>
          {found.map((each) => (
            <li key={each.segment}>
              <Link to="/segments/$id" params={{ id: each.segment }} data-words="given">
                {text(each.name)}
              </Link>
              <span className={css.sub}>
                {t("segments.since")} <When at={each.since} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
