/** What is worth a look: shared identifiers, bursts, what is held apart. */
import { Link } from "@tanstack/react-router";
import type { IdentifierName, WarningList } from "@/api/identity";
import { useFormat, useWords } from "@/i18n";
import { DataTable } from "@/parts/DataTable";
import { Empty } from "@/parts/Empty";
import { Panel } from "@/parts/Page";
import { Tag } from "@/parts/Tag";
import { Ident } from "./Ident";
import css from "./Identity.module.css";

export function Standing({ found }: { found: WarningList }) {
  const { t } = useWords();
  const f = useFormat();
  const nothing = found.shared.length + found.bursts.length + found.held.length + found.claims.length === 0;
  return (
    <Panel title={t("identity.look")} hint={t("identity.counts", { identifiers: f.whole(found.identifiers), people: f.whole(found.people) })}>
      {nothing && <Empty title={t("identity.none.title")} text={t("identity.none.text")} />}
      {found.claims.length > 0 && <Claims claims={found.claims} />}
      {found.shared.length > 0 && <Shared shared={found.shared} />}
      {found.bursts.length > 0 && <Bursts bursts={found.bursts} />}
      {found.held.length > 0 && <Held held={found.held} />}
    </Panel>
  );
}

function Part({ title, hint }: { title: string; hint: string }) {
  return (
    <>
      <h3 className={css.sub}>{title}</h3>
      <p className={css.hint}>{hint}</p>
    </>
  );
}

/** An identifier that leads to whom it belongs to. */
function To({ of, person }: { of: IdentifierName; person: string }) {
  return (
    <Link to="/people/$id" params={{ id: person }}>
      <Ident of={of} />
    </Link>
  );
}

function Claims({ claims }: { claims: WarningList["claims"] }) {
  const { t } = useWords();
  const f = useFormat();
  return (
    <>
      <Part title={t("identity.heldClaims")} hint={t("identity.heldClaimsHint")} />
      <DataTable
        caption={t("identity.heldClaims")}
        rows={claims}
        rowKey={(row) => `${row.identifier.kind} ${row.identifier.value}`}
        columns={[
          { key: "what", head: t("identity.identifier"), names: true, cell: (row) => <To of={row.identifier} person={row.person_id} /> },
          { key: "of", head: t("identity.of"), cell: (row) => <To of={{ ...row.identifier, claimed: false }} person={row.of_person_id} /> },
          { key: "since", head: t("identity.since"), number: true, cell: (row) => row.since && f.day(row.since) },
        ]}
      />
    </>
  );
}

function Shared({ shared }: { shared: WarningList["shared"] }) {
  const { t } = useWords();
  const f = useFormat();
  return (
    <>
      <Part title={t("identity.shared")} hint={t("identity.sharedHint")} />
      <DataTable
        caption={t("identity.shared")}
        rows={shared}
        rowKey={(row) => `${row.identifier.kind} ${row.identifier.value}`}
        columns={[
          { key: "what", head: t("identity.identifier"), names: true, cell: (row) => <To of={row.identifier} person={row.person_id} /> },
          { key: "people", head: t("identity.people"), number: true, cell: (row) => f.whole(row.people) },
        ]}
      />
    </>
  );
}

function Bursts({ bursts }: { bursts: WarningList["bursts"] }) {
  const { t } = useWords();
  const f = useFormat();
  return (
    <>
      <Part title={t("identity.bursts")} hint={t("identity.burstsHint")} />
      <DataTable
        caption={t("identity.bursts")}
        rows={bursts}
        rowKey={(row) => `${row.of} ${row.identifier.kind} ${row.identifier.value}`}
        columns={[
          { key: "what", head: t("identity.identifier"), names: true, cell: (row) => <To of={row.identifier} person={row.person_id} /> },
          { key: "others", head: t("identity.others"), number: true, cell: (row) => f.whole(row.others) },
          { key: "since", head: t("identity.since"), number: true, cell: (row) => f.moment(row.since) },
        ]}
      />
    </>
  );
}

function Held({ held }: { held: WarningList["held"] }) {
  const { t } = useWords();
  return (
    <>
      <Part title={t("identity.held")} hint={t("identity.heldHint")} />
      <DataTable
        caption={t("identity.held")}
        rows={held}
        rowKey={(row) => `${row.identifier.kind} ${row.identifier.value}`}
        columns={[
          { key: "what", head: t("identity.identifier"), names: true, cell: (row) => <To of={row.identifier} person={row.person_id} /> },
          { key: "of", head: t("identity.of"), cell: (row) => row.of && row.of_person_id && <To of={row.of} person={row.of_person_id} /> },
          { key: "because", head: t("identity.because"), cell: (row) => <Tag>{t(`identity.because.${row.because}`)}</Tag> },
        ]}
      />
    </>
  );
}
