import { useQuery } from "@tanstack/react-query";
import { api, body } from "@/api/client";
import { useFormat, useWords } from "@/i18n";
import { Await } from "@/parts/Await";
import { DataTable } from "@/parts/DataTable";
import { Panel } from "@/parts/Page";

/** Who changed what. */
export function Audit() {
  const { t } = useWords();
  const f = useFormat();
  const audit = useQuery({ queryKey: ["audit"], queryFn: () => body(api.GET("/api/audit", { params: { query: { limit: 20 } } })) });
  return (
    <Panel title={t("settings.audit")} hint={t("settings.auditHint")}>
      <Await query={audit} height={180}>
        {(found) => (
          <DataTable
            caption={t("settings.audit")}
            rows={found.acts}
            rowKey={(row) => `${row.at} ${row.act} ${row.target}`}
            columns={[
              { key: "at", head: t("settings.audit.at"), cell: (row) => f.moment(row.at) },
              { key: "who", head: t("settings.audit.who"), names: true, cell: (row) => row.actor },
              { key: "what", head: t("settings.audit.what"), cell: (row) => t(`audit.${row.act}`) },
            ]}
          />
        )}
      </Await>
    </Panel>
  );
}
