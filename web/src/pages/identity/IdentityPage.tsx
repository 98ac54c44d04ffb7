/** Who is who: the rules by which identifiers become people, why two are one, and what is worth a look. */
import { useRules, useWarnings } from "@/api/identity";
import { useWords } from "@/i18n";
import { Await } from "@/parts/Await";
import { Page } from "@/parts/Page";
import { RulesPanel } from "./RulesPanel";
import { Standing } from "./Standing";
import { WhyPanel } from "./WhyPanel";

export function IdentityPage() {
  const { t } = useWords();
  const rules = useRules();
  const warnings = useWarnings();
  return (
    <Page title={t("identity.title")} lead={t("identity.lead")}>
      <WhyPanel />
      <Await query={warnings} height={200}>
        {(found) => <Standing found={found} />}
      </Await>
      <Await query={rules} height={420}>
        {(state) => <RulesPanel key={state.in_force.version} state={state} />}
      </Await>
    </Page>
  );
}
