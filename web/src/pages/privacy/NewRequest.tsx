import { Button, Checkbox, Modal, SegmentedControl, Select, Textarea, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { useAsk, type PrivacyWish } from "@/api/privacy";
import { useWords } from "@/i18n";
import { useErrorText } from "@/parts/Await";
import { addresses, MOST_ADDRESSES } from "./addresses";
import css from "./Privacy.module.css";

type Kind = PrivacyWish["subject_request_type"];

const KINDS: readonly Kind[] = ["erasure", "access", "portability"];
const IDENTITY_KINDS = ["email", "phone", "user_id", "card", "anonymous_id"];

interface NewRequestProps {
  opened: boolean;
  onClose: () => void;
  onAsked: () => void;
}

export function NewRequest({ opened, onClose, onAsked }: NewRequestProps) {
  const { t } = useWords();
  return (
    <Modal opened={opened} onClose={onClose} size={520} title={t("privacy.new")} closeButtonProps={{ "aria-label": t("shell.close") }}>
      <Wish onAsked={onAsked} />
    </Modal>
  );
}

/** An erasure wants a hand on the heart: it cannot be undone. */
function Wish({ onAsked }: { onAsked: () => void }) {
  const { t, word } = useWords();
  const say = useErrorText();
  const ask = useAsk();
  const [kind, setKind] = useState<Kind>("erasure");
  const [identityKind, setIdentityKind] = useState("email");
  const [value, setValue] = useState("");
  const [urls, setUrls] = useState("");
  const [sure, setSure] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const identity = { identity_type: identityKind, identity_value: value.trim() };
    ask.mutate({ subject_request_type: kind, subject_identities: [identity], callback_urls: addresses(urls) }, { onSuccess: onAsked });
  };
  return (
    <form onSubmit={submit} className={css.form}>
      <SegmentedControl
        aria-label={t("privacy.kind")}
        value={kind}
        onChange={(chosen) => setKind(chosen as Kind)}
        data={KINDS.map((one) => ({ value: one, label: t(`privacy.kind.${one}`) }))}
      />
      <p className="quiet">{t(`privacy.kind.${kind}.help`)}</p>
      <Select
        label={t("privacy.identityKind")}
        value={identityKind}
        onChange={(chosen) => setIdentityKind(chosen ?? "email")}
        allowDeselect={false}
        data={IDENTITY_KINDS.map((one) => ({ value: one, label: word("identifier", one) }))}
      />
      <TextInput label={t("privacy.identity")} required maxLength={1024} autoComplete="off" value={value} onChange={(e) => setValue(e.currentTarget.value)} data-autofocus />
      <Textarea
        label={t("privacy.urls")}
        description={t("privacy.urlsHint")}
        placeholder="https://example.com/privacy"
        autosize
        minRows={1}
        maxRows={MOST_ADDRESSES}
        autoComplete="off"
        spellCheck={false}
        value={urls}
        onChange={(e) => setUrls(e.currentTarget.value)}
      />
      <Checkbox label={t("privacy.sure")} checked={sure} onChange={(e) => setSure(e.currentTarget.checked)} />
      {ask.error && (
        <p role="alert" className={css.error}>
          {say(ask.error)}
        </p>
      )}
      <div className={css.buttons}>
        <Button type="submit" color={kind === "erasure" ? "red" : undefined} disabled={!sure || !value.trim()} loading={ask.isPending}>
          {t(kind === "erasure" ? "privacy.erase" : "privacy.ask")}
        </Button>
      </div>
    </form>
  );
}
