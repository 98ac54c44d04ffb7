/** Settings: facts of the company, keys. */
import { useMay } from "@/api/session";
import { useStatus } from "@/api/status";
import { useFormat, useWords } from "@/i18n";
import { Await } from "@/parts/Await";
import { Facts } from "@/parts/Facts";
import { Page, Panel } from "@/parts/Page";
import { Keys } from "./Keys";
import css from "./Settings.module.css";

export function SettingsPage() {
  const { t } = useWords();
  const mayKeys = useMay("keys");
  return (
    <Page title={t("settings.title")} lead={t("settings.lead")}>
      <div className={css.split}>
        <div className={css.column}>
          {mayKeys ? (
            <Keys />
          ) : (
            <Panel title={t("settings.keys")}>
              <p className="quiet">{t("settings.keys.forbidden")}</p>
            </Panel>
          )}
        </div>
        <Company />
      </div>
    </Page>
  );
}

function Company() {
  const { t, word } = useWords();
  const f = useFormat();
  const status = useStatus();
  return (
    <Panel title={t("settings.company")} hint={t("settings.companyHint")}>
      <Await query={status} height={220}>
        {(found) => (
          <Facts
            facts={[
              [t("settings.name"), found.company.name],
              [t("settings.zone"), found.company.zone],
              [t("settings.currency"), found.company.currency],
              [t("settings.language"), word("settings.language", found.company.language)],
              [t("settings.packs"), found.packs.join(", ")],
              [t("settings.config"), <code key="c" className="mono">{found.config_version.slice(0, 12)}</code>],
              [t("settings.version"), found.version],
              [t("settings.sealed"), f.whole(found.sealed)],
            ]}
          />
        )}
      </Await>
    </Panel>
  );
}
