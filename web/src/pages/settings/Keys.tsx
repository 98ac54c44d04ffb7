import { Button, Modal } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { api, body } from "@/api/client";
import type { components } from "@/api/schema";
import { useFormat, useWords } from "@/i18n";
import { Await, useErrorText } from "@/parts/Await";
import { DataTable } from "@/parts/DataTable";
import { Empty } from "@/parts/Empty";
import { Panel } from "@/parts/Page";
import { Tag } from "@/parts/Tag";
import { NewKey } from "./NewKey";
import css from "./Settings.module.css";

type KeyRecord = components["schemas"]["KeyRecord"];

export function Keys() {
  const { t } = useWords();
  const [making, setMaking] = useState(false);
  const [revoking, setRevoking] = useState<KeyRecord | null>(null);
  const keys = useQuery({ queryKey: ["keys"], queryFn: () => body(api.GET("/api/keys")) });
  return (
    <Panel
      title={t("settings.keys")}
      hint={t("settings.keysHint")}
      actions={
        <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => setMaking(true)}>
          {t("settings.keys.new")}
        </Button>
      }
    >
      <Await query={keys} height={180}>
        {(found) =>
          found.keys.length === 0 ? (
            <Empty title={t("settings.keys.empty.title")} text={t("settings.keys.empty.text")} />
          ) : (
            <KeyTable keys={found.keys} onRevoke={setRevoking} />
          )
        }
      </Await>
      <NewKey opened={making} onClose={() => setMaking(false)} />
      <Revoke record={revoking} onClose={() => setRevoking(null)} />
    </Panel>
  );
}

function KeyTable({ keys, onRevoke }: { keys: readonly KeyRecord[]; onRevoke: (record: KeyRecord) => void }) {
  const { t } = useWords();
  const f = useFormat();
  return (
    <DataTable
      caption={t("settings.keys.list")}
      rows={keys}
      rowKey={(key) => key.key_id}
      columns={[
        { key: "name", head: t("settings.keys.name"), names: true, cell: (key) => key.name },
        { key: "kind", head: t("settings.keys.kind"), cell: (key) => t(`settings.keys.${key.kind}`) },
        { key: "hint", head: t("settings.keys.ends"), cell: (key) => <code className="mono">…{key.hint}</code> },
        { key: "created", head: t("settings.keys.created"), cell: (key) => f.day(key.created_at) },
        {
          key: "state",
          head: t("settings.keys.state"),
          cell: (key) => <Tag tone={key.revoked_at ? "neutral" : "good"}>{t(key.revoked_at ? "settings.keys.revoked" : "settings.keys.active")}</Tag>,
        },
        {
          key: "actions",
          head: <span className="hidden-text">{t("settings.keys.actions")}</span>,
          number: true,
          cell: (key) =>
            key.revoked_at === null && (
              <Button size="compact-sm" variant="subtle" aria-label={t("settings.keys.revokeOne", { name: key.name })} onClick={() => onRevoke(key)}>
                {t("settings.keys.revoke")}
              </Button>
            ),
        },
      ]}
    />
  );
}

function Revoke({ record, onClose }: { record: KeyRecord | null; onClose: () => void }) {
  const { t } = useWords();
  const queries = useQueryClient();
  const say = useErrorText();
  const revoke = useMutation({
    mutationFn: (id: string) => body(api.DELETE("/api/keys/{key_id}", { params: { path: { key_id: id } } })),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ["keys"] });
      onClose();
    },
  });
  return (
    <Modal opened={record !== null} onClose={onClose} title={t("settings.keys.revokeTitle", { name: record?.name ?? "" })} closeButtonProps={{ "aria-label": t("shell.close") }}>
      <p>{t("settings.keys.revokeText")}</p>
      {revoke.error && (
        <p role="alert" className={css.error}>
          {say(revoke.error)}
        </p>
      )}
      <div className={css.buttons}>
        <Button variant="default" onClick={onClose}>
          {t("settings.keys.keep")}
        </Button>
        <Button color="red.8" loading={revoke.isPending} onClick={() => record && revoke.mutate(record.key_id)}>
          {t("settings.keys.revoke")}
        </Button>
      </div>
    </Modal>
  );
}
