/** Why this is one person: each identifier with its evidence, what was decided, and how to decide otherwise. */
import { Button } from "@mantine/core";
import { useState } from "react";
import { useDecide, usePersonIdentity, written, useWhy, type Decided, type Evidenced, type IdentifierName, type PersonIdentity } from "@/api/identity";
import type { PersonRecord } from "@/api/people";
import { useMay } from "@/api/session";
import { Link } from "@tanstack/react-router";
import { useFormat, useWords } from "@/i18n";
import { Await, useErrorText } from "@/parts/Await";
import { Panel } from "@/parts/Page";
import { Ident, identText } from "@/pages/identity/Ident";
import idCss from "@/pages/identity/Identity.module.css";
import { SeenWith, WhyChain } from "@/pages/identity/WhyChain";
import { LinkDialog } from "./LinkDialog";
import css from "./Person.module.css";
import { SeparateDialog } from "./SeparateDialog";

export function IdentityPanel({ person }: { person: PersonRecord }) {
  const { t } = useWords();
  const identity = usePersonIdentity(person.person_id);
  const may = useMay("data");
  const [linking, setLinking] = useState(false);
  const [parting, setParting] = useState<Evidenced | null>(null);
  const [said, setSaid] = useState(false);
  const done = () => {
    setLinking(false);
    setParting(null);
    setSaid(true);
  };
  const root = identity.data?.identifiers[0];
  return (
    <Panel title={t("person.identifiers")}>
      <p role="status" className={said ? idCss.said : "hidden-text"}>
        {said && t("identity.taken")}
      </p>
      <Await query={identity} height={160}>
        {(found) => (
          <>
            <ul className={css.identifiers}>
              {found.identifiers.map((each) => (
                <li key={each.node_id}>
                  <One each={each} root={root} person={person} onPart={may && root && each !== root && each.link !== "decided" ? () => setParting(each) : null} />
                </li>
              ))}
            </ul>
            {may && root && (
              <div className={idCss.acts}>
                <Button size="compact-sm" variant="default" onClick={() => setLinking(true)}>
                  {t("identity.link")}
                </Button>
              </div>
            )}
            <Claims claims={found.claims} />
            <Decisions decisions={found.decisions} may={may} onDone={done} />
          </>
        )}
      </Await>
      {root && <LinkDialog opened={linking} onClose={() => setLinking(false)} onDone={done} person={person} root={root.identifier} />}
      {root && <SeparateDialog parting={parting} onClose={() => setParting(null)} onDone={done} person={person} root={root.identifier} />}
    </Panel>
  );
}

function One({ each, root, person, onPart }: { each: Evidenced; root: Evidenced | undefined; person: PersonRecord; onPart: (() => void) | null }) {
  const words = useWords();
  const { t, tn } = words;
  const [open, setOpen] = useState(false);
  const events = person.identifiers.find((one) => one.node_id === each.node_id)?.events;
  const via = each.via ? identText(words, each.via) : "?";
  const why = each.link === "shared" ? tn("person.link.shared", each.seen.length) : t(`person.link.${each.link}`, { via });
  return (
    <>
      <Ident of={each.identifier} />
      <p className={css.reason}>
        {why} {events !== undefined && events > 0 && <span className="quiet">· {tn("person.eventsUnder", events)}</span>}
      </p>
      <details className={idCss.evidence} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>{t("identity.evidence")}</summary>
        {each.seen.length === 0 && <p className={css.reason}>{t("identity.noEvidence")}</p>}
        <ul className={idCss.lines}>
          {each.seen.map((seen) => (
            <li key={`${seen.message_id} ${seen.stronger?.kind} ${seen.stronger?.value}`}>
              <SeenWith seen={seen} person={person.person_id} />
            </li>
          ))}
        </ul>
        {open && root && root !== each && <ToRoot from={each.identifier} root={root.identifier} />}
        {onPart && (
          <div className={idCss.acts}>
            <Button size="compact-sm" variant="default" onClick={onPart} aria-label={t("identity.separateOne", { what: identText(words, each.identifier) })}>
              {t("identity.separate")}
            </Button>
          </div>
        )}
      </details>
    </>
  );
}

/** The chain from an identifier to the strongest one. */
function ToRoot({ from, root }: { from: IdentifierName; root: IdentifierName }) {
  const words = useWords();
  const why = useWhy(written(from), written(root), true);
  if (!why.data?.path || why.data.path.length < 2) return null; // one tie is the evidence above
  return (
    <>
      <h3>{words.t("identity.chain", { root: identText(words, root) })}</h3>
      <WhyChain why={why.data} />
    </>
  );
}

function Claims({ claims }: { claims: PersonIdentity["claims"] }) {
  const { t } = useWords();
  if (claims.length === 0) return null;
  return (
    <>
      <h3 className={idCss.sub}>{t("identity.claims")}</h3>
      <p className={css.reason}>{t("identity.claimsText")}</p>
      <ul className={idCss.lines}>
        {claims.map((claim) => (
          <li key={`${claim.identifier.kind} ${claim.identifier.value}`}>
            <Link to="/people/$id" params={{ id: claim.person_id }}>
              <Ident of={claim.identifier} />
            </Link>
          </li>
        ))}
      </ul>
    </>
  );
}

function Decisions({ decisions, may, onDone }: { decisions: readonly Decided[]; may: boolean; onDone: () => void }) {
  const words = useWords();
  const { t } = words;
  const f = useFormat();
  const say = useErrorText();
  const decide = useDecide();
  if (decisions.length === 0) return null;
  const told = (each: Decided) => t(`identity.decided.${each.kind}`, { a: identText(words, each.a), b: identText(words, each.b) });
  return (
    <>
      <h3 className={idCss.sub}>{t("identity.decisions")}</h3>
      {decide.error && (
        <p role="alert" className={idCss.error}>
          {say(decide.error)}
        </p>
      )}
      <ul className={idCss.decisions}>
        {decisions.map((each) => (
          <li key={`${written(each.a)} ${written(each.b)}`}>
            <p data-words="given">{told(each)}</p>
            <p className={idCss.proof} data-words="given">
              {t("identity.decidedBy", { by: each.by ?? "?", day: f.moment(each.at) })}
              {each.why && <q>{each.why}</q>}
            </p>
            {may && each.kind !== "none" && (
              <Button
                mt={6}
                size="compact-sm"
                variant="default"
                loading={decide.isPending && decide.variables.a === each.a}
                aria-label={t("identity.undoOne", { what: told(each) })}
                onClick={() => decide.mutate({ kind: "none", a: each.a, b: each.b, why: "" }, { onSuccess: onDone })}
              >
                {t("identity.undo")}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}
