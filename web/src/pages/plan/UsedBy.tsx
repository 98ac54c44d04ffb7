import { Link } from "@tanstack/react-router";
import { Fragment } from "react";
import type { UseRecord } from "@/api/plan";
import { useWords } from "@/i18n";
import { Tag } from "@/parts/Tag";
import { byKind } from "./byKind";
import css from "./Plan.module.css";

const FIRST = 3;

/** Who uses a property, a line a kind; nobody is said aloud. */
export function UsedBy({ uses }: { uses: readonly UseRecord[] }) {
  const { t, tn } = useWords();
  if (uses.length === 0) return <Tag tone="warn">{t("uses.nobody")}</Tag>;
  return (
    <ul className={css.uses}>
      {byKind(uses).map(([kind, those]) => (
        <li key={kind}>
          <span className="quiet">{t(`uses.kind.${kind}`)}</span>
          {those.slice(0, FIRST).map((use, at) => (
            <Fragment key={use.id}>
              {at > 0 && ", "}
              <Named use={use} />
            </Fragment>
          ))}
          {those.length > FIRST && <span className="quiet">{tn("uses.others", those.length - FIRST)}</span>}
        </li>
      ))}
    </ul>
  );
}

/** The use by its name, with the way to its page where it has one. */
function Named({ use }: { use: UseRecord }) {
  const { text, word } = useWords();
  if (use.kind === "dimension") return <>{word("kpi.by", use.id)}</>;
  if (use.kind === "friction") return <>{word("friction", use.id)}</>;
  const name = text(use.name);
  if (!name) return null;
  if (use.kind === "kpi") {
    return (
      <Link to="/kpis/$kpi" params={{ kpi: use.id }} search={{}} data-words="given">
        {name}
      </Link>
    );
  }
  if (use.kind === "play" || use.kind === "template") {
    return (
      <Link to="/playbooks" search={{ play: use.id }} data-words="given">
        {name}
      </Link>
    );
  }
  return <span data-words="given">{name}</span>;
}
