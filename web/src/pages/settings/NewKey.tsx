import { Button, CopyButton, Modal, SegmentedControl, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Check, Copy } from "lucide-react";
import { useState, type FormEvent } from "react";
import { api, body } from "@/api/client";
import type { components } from "@/api/schema";
import { useWords } from "@/i18n";
import { useErrorText } from "@/parts/Await";
import { firstEvent } from "./example";
import css from "./Settings.module.css";

type Kind = components["schemas"]["KeyWish"]["kind"];

/** Makes a key and shows it once; closing forgets it. */
export function NewKey({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useWords();
  const queries = useQueryClient();
  const make = useMutation({
    mutationFn: (wish: { kind: Kind; name: string }) => body(api.POST("/api/keys", { body: wish })),
    onSuccess: () => void queries.invalidateQueries({ queryKey: ["keys"] }),
  });
  const close = () => {
    make.reset();
    onClose();
  };
  return (
    <Modal
      opened={opened}
      onClose={close}
      size={560}
      title={t(make.data ? "settings.keys.made" : "settings.keys.new")}
      closeOnClickOutside={!make.data}
      closeButtonProps={{ "aria-label": t("shell.close") }}
    >
      {make.data ? <Made made={make.data} onClose={close} /> : <Wish pending={make.isPending} error={make.error} onWish={make.mutate} />}
    </Modal>
  );
}

interface WishProps {
  pending: boolean;
  error: Error | null;
  onWish: (wish: { kind: Kind; name: string }) => void;
}

function Wish({ pending, error, onWish }: WishProps) {
  const { t } = useWords();
  const say = useErrorText();
  const [kind, setKind] = useState<Kind>("write");
  const [name, setName] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onWish({ kind, name: name.trim() });
  };
  return (
    <form onSubmit={submit} className={css.form}>
      <SegmentedControl
        aria-label={t("settings.keys.kind")}
        value={kind}
        onChange={(value) => setKind(value as Kind)}
        data={[
          { value: "write", label: t("settings.keys.write") },
          { value: "secret", label: t("settings.keys.secret") },
          { value: "identity", label: t("settings.keys.identity") },
        ]}
      />
      <TextInput
        label={t("settings.keys.name")}
        description={t("settings.keys.nameHelp")}
        required
        maxLength={64}
        pattern="[A-Za-z0-9][A-Za-z0-9 ._\-]*"
        value={name}
        onChange={(e) => setName(e.currentTarget.value)}
        data-autofocus
      />
      {error && (
        <p role="alert" className={css.error}>
          {say(error)}
        </p>
      )}
      <div className={css.buttons}>
        <Button type="submit" loading={pending}>
          {t("settings.keys.create")}
        </Button>
      </div>
    </form>
  );
}

function Made({ made, onClose }: { made: components["schemas"]["NewKey"]; onClose: () => void }) {
  const { t } = useWords();
  return (
    <div className={css.form}>
      <p>{t("settings.keys.once")}</p>
      <Copyable text={made.key} testId="new-key" />
      {made.record.kind === "write" && (
        <>
          <h3 className={css.try}>{t("settings.keys.try")}</h3>
          <Copyable text={firstEvent(window.location.origin, made.key)} />
        </>
      )}
      <div className={css.buttons}>
        <Button onClick={onClose}>{t("settings.keys.gotIt")}</Button>
      </div>
    </div>
  );
}

function Copyable({ text, testId }: { text: string; testId?: string }) {
  const { t } = useWords();
  return (
    <div className={css.copyable}>
      <pre data-testid={testId} tabIndex={0}>
        {text}
      </pre>
      <CopyButton value={text}>
        {({ copied, copy }) => (
          <Button size="compact-sm" variant="default" leftSection={copied ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />} onClick={copy}>
            {t(copied ? "copied" : "copy")}
          </Button>
        )}
      </CopyButton>
    </div>
  );
}
