/** The audit log: who did what and who looked at whom, and the proof that nobody touched it since. */
import { Button } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { useActs } from "@/api/audit";
import { useMay } from "@/api/session";
import { useWords } from "@/i18n";
import { Failure, Loading } from "@/parts/Await";
import { Empty } from "@/parts/Empty";
import { Page, Panel } from "@/parts/Page";
import type { AuditSearch } from "@/search";
import { Acts } from "./Acts";
import { Chain } from "./Chain";
import { Filters } from "./Filters";

const route = getRouteApi("/audit");

export function AuditPage() {
  const { t } = useWords();
  const may = useMay("audit");
  const which = route.useSearch();
  const navigate = route.useNavigate();
  const choose = (search: AuditSearch) => void navigate({ search, replace: true });
  if (!may) {
    return (
      <Page title={t("audit.title")}>
        <p className="quiet">{t("audit.forbidden")}</p>
      </Page>
    );
  }
  return (
    <Page title={t("audit.title")} lead={t("audit.lead")}>
      <Chain />
      <Panel title={t("audit.acts")} hint={t("audit.actsHint")}>
        <Filters which={which} onChange={choose} />
        <Found which={which} onChoose={choose} />
      </Panel>
    </Page>
  );
}

function Found({ which, onChoose }: { which: AuditSearch; onChoose: (search: AuditSearch) => void }) {
  const { t } = useWords();
  const { data, error, hasNextPage, fetchNextPage, isFetchingNextPage, refetch } = useActs(which);
  const acts = data?.pages.flatMap((page) => page.acts);
  if (error && !acts) return <Failure error={error} retry={() => void refetch()} />;
  if (!acts) return <Loading height={320} />;
  if (acts.length === 0) return <Empty title={t("audit.none.title")} text={t("audit.none.text")} />;
  return (
    <>
      <Acts acts={acts} onPerson={(person) => onChoose({ ...which, person })} />
      {hasNextPage && (
        <Button variant="default" mt={12} loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {t("audit.more")}
        </Button>
      )}
    </>
  );
}
