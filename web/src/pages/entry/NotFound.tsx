import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useWords } from "@/i18n";
import { Empty } from "@/parts/Empty";
import { Page, Panel } from "@/parts/Page";

export function NotFound() {
  const { t } = useWords();
  return (
    <Page title={t("notFound.title")}>
      <Panel>
        <Empty title={t("notFound.title")} text={t("notFound.text")} action={<Button renderRoot={(props) => <Link to="/" {...props} />}>{t("failure.home")}</Button>} />
      </Panel>
    </Page>
  );
}
