/** Privacy requests: who wants to be forgotten or to have their data, how far it is, and the proof. */
import { Button } from "@mantine/core";
import { Plus } from "lucide-react";
import { useState } from "react";
import { usePrivacyRequests } from "@/api/privacy";
import { useWords } from "@/i18n";
import { Await } from "@/parts/Await";
import { Empty } from "@/parts/Empty";
import { Page, Panel } from "@/parts/Page";
import { NewRequest } from "./NewRequest";
import { Requests } from "./Requests";
import css from "./Privacy.module.css";

export function PrivacyPage() {
  const { t } = useWords();
  const [asking, setAsking] = useState(false);
  const [said, setSaid] = useState<string | null>(null);
  const requests = usePrivacyRequests();
  return (
    <Page
      title={t("privacy.title")}
      lead={t("privacy.lead")}
      controls={
        <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => setAsking(true)}>
          {t("privacy.new")}
        </Button>
      }
    >
      <p role="status" className={said ? css.said : "hidden-text"}>
        {said}
      </p>
      <Panel title={t("privacy.list")} hint={t("privacy.hint")}>
        <Await query={requests} height={220}>
          {(found) =>
            found.requests.length === 0 ? (
              <Empty title={t("privacy.empty.title")} text={t("privacy.empty.text")} />
            ) : (
              <Requests requests={found.requests} />
            )
          }
        </Await>
      </Panel>
      <NewRequest
        opened={asking}
        onClose={() => setAsking(false)}
        onAsked={() => {
          setAsking(false);
          setSaid(t("privacy.asked"));
        }}
      />
    </Page>
  );
}
