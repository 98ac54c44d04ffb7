import { Link } from "@tanstack/react-router";
import type { PreviewGroup, PreviewRecord } from "@/api/identity";
import { useFormat, useWords } from "@/i18n";
import { Ident } from "./Ident";
import css from "./Identity.module.css";

/** What rules would change: how many, and who for example. */
export function Preview({ preview }: { preview: PreviewRecord }) {
  const { t } = useWords();
  const f = useFormat();
  const figures = [
    ["identity.before", preview.people_before],
    ["identity.after", preview.people_after],
    ["identity.merges", preview.merges],
    ["identity.splits", preview.splits],
  ] as const;
  return (
    <section aria-label={t("identity.changed")}>
      <h3 className={css.sub}>{t("identity.changed")}</h3>
      {preview.replay && <p className={css.note}>{t("identity.replay")}</p>}
      {preview.people_before === null ? (
        <p>{t("identity.uncounted")}</p>
      ) : (
        <dl className={css.figures}>
          {figures.map(([key, count]) => (
            <div key={key}>
              <dt>{t(key)}</dt>
              <dd>{f.whole(count ?? 0)}</dd>
            </div>
          ))}
        </dl>
      )}
      {preview.merges === 0 && preview.splits === 0 && <p>{t("identity.nothing")}</p>}
      <Examples title={t("identity.merged")} examples={preview.merged} />
      <Examples title={t("identity.parted")} examples={preview.parted} />
    </section>
  );
}

function Examples({ title, examples }: { title: string; examples: readonly PreviewGroup[][] }) {
  const { t } = useWords();
  if (examples.length === 0) return null;
  return (
    <>
      <h4 className={css.sub}>{title}</h4>
      <ul className={css.examples}>
        {examples.map((groups, index) => (
          <li key={index}>
            <ul className={css.example}>
              {groups.map((group, place) => (
                <li key={place} className={css.group}>
                  <Link to="/people/$id" params={{ id: group.person_id }} data-words="given">
                    {group.name ?? t("people.unknown")}
                  </Link>
                  <ul>
                    {group.identifiers.map((one) => (
                      <li key={`${one.kind} ${one.value} ${one.claimed}`}>
                        <Ident of={one} />
                      </li>
                    ))}
                  </ul>
                  {group.more > 0 && <span className="quiet">{t("identity.more", { n: group.more })}</span>}
                </li>
              ))}
            </ul>
          </li>
        ))}
      </ul>
    </>
  );
}
