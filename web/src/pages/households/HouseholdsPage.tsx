/** Contacts that a few people share: who may live together. Nobody is joined by it. */
import { Link } from "@tanstack/react-router";
import { useHouseholds, type SharedRecord } from "@/api/identity";
import { useWords } from "@/i18n";
import { Await } from "@/parts/Await";
import { Empty } from "@/parts/Empty";
import { Initials } from "@/parts/Initials";
import { Page, Panel } from "@/parts/Page";
import { Ident } from "@/pages/identity/Ident";
import css from "./Households.module.css";

export function HouseholdsPage() {
  const { t } = useWords();
  const households = useHouseholds();
  return (
    <Page title={t("households.title")} lead={t("households.lead")}>
      <Await query={households} height={420}>
        {(found) =>
          found.households.length === 0 ? (
            <Panel>
              <Empty title={t("households.none.title")} text={t("households.none.text")} />
            </Panel>
          ) : (
            <ul className={css.households}>
              {found.households.map((each) => (
                <li key={`${each.identifier.kind} ${each.identifier.value}`}>
                  <Household of={each} />
                </li>
              ))}
            </ul>
          )
        }
      </Await>
    </Page>
  );
}

function Household({ of }: { of: SharedRecord }) {
  const { t, tn } = useWords();
  return (
    <Panel title={<Ident of={of.identifier} />} hint={tn("households.people", of.people)}>
      <ul className={css.members}>
        {of.members.map((member) => (
          <li key={member.person_id}>
            <Link to="/people/$id" params={{ id: member.person_id }} className={css.member} data-words="given">
              <Initials name={member.name} size={28} />
              {member.name ?? t("people.unknown")}
            </Link>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
