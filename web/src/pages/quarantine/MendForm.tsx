import { Button, Checkbox, Modal, NativeSelect, TextInput, UnstyledButton } from "@mantine/core";
import { Plus, Trash2 } from "lucide-react";
import { useState, type FormEvent } from "react";
import { useDismiss, usePreview, useReplay, type Which } from "@/api/quarantine";
import { useMay } from "@/api/session";
import { useFormat, useWords } from "@/i18n";
import { useErrorText } from "@/parts/Await";
import { Panel } from "@/parts/Page";
import { emptyEdit, firstDraft, KINDS, rulesOf, VERBS, type EditDraft, type Kind, type Verb } from "./rules";
import { Outcome } from "./Outcome";
import css from "./Quarantine.module.css";

/** Rules for the chosen items: first looked at, then replayed. */
export function MendForm({ which, number }: { which: Which; number: number }) {
  const { t, tn } = useWords();
  const f = useFormat();
  const say = useErrorText();
  const may = useMay("data");
  const [draft, setDraft] = useState(() => firstDraft(which.reason ?? which.verdict ?? null));
  const [act, setAct] = useState(false);
  const [dismissing, setDismissing] = useState(false);
  const preview = usePreview();
  const replay = useReplay();
  const dismiss = useDismiss();
  const mending = { which, rules: rulesOf(draft), act };
  const change = (next: typeof draft) => {
    preview.reset();
    replay.reset();
    setDraft(next);
  };
  const edit = (at: number, changed: Partial<EditDraft>) =>
    change({ ...draft, edits: draft.edits.map((each, index) => (index === at ? { ...each, ...changed } : each)) });
  const look = (event: FormEvent) => {
    event.preventDefault();
    preview.mutate(mending);
  };
  const error = preview.error ?? replay.error;
  const passing = preview.data?.pass_now ?? 0;
  return (
    <Panel title={t("quarantine.mendTitle")} hint={t("quarantine.mendHint")}>
      <form onSubmit={look} className={css.form}>
        <fieldset className={css.condition}>
          <legend>{t("quarantine.when")}</legend>
          <TextInput label={t("quarantine.field")} placeholder="properties.currency" value={draft.field} onChange={(e) => change({ ...draft, field: e.currentTarget.value })} />
          <TextInput label={t("quarantine.is")} value={draft.is} disabled={!draft.field} onChange={(e) => change({ ...draft, is: e.currentTarget.value })} />
        </fieldset>
        <fieldset className={css.edits}>
          <legend>{t("quarantine.edits")}</legend>
          {draft.edits.map((each, at) => (
            <EditLine key={at} edit={each} onChange={(changed) => edit(at, changed)} onRemove={draft.edits.length > 1 ? () => change({ ...draft, edits: draft.edits.filter((_, index) => index !== at) }) : undefined} />
          ))}
          <Button size="compact-sm" variant="subtle" leftSection={<Plus size={14} aria-hidden />} onClick={() => change({ ...draft, edits: [...draft.edits, emptyEdit()] })}>
            {t("quarantine.addEdit")}
          </Button>
        </fieldset>
        {error && (
          <p role="alert" className={css.error}>
            {say(error)}
          </p>
        )}
        <div className={css.buttons}>
          <Button type="submit" variant={preview.data ? "default" : "filled"} loading={preview.isPending}>
            {t("quarantine.preview")}
          </Button>
          {may && (
            <Button variant="subtle" color="gray" onClick={() => setDismissing(true)}>
              {t("quarantine.dismiss")}
            </Button>
          )}
        </div>
      </form>
      {preview.data && !replay.data && (
        <>
          {may && passing > 0 && (
            <div className={css.replay}>
              <Checkbox label={t("quarantine.act")} description={t("quarantine.actHint")} checked={act} onChange={(e) => setAct(e.currentTarget.checked)} />
              <Button loading={replay.isPending} onClick={() => replay.mutate(mending)}>
                {preview.data.matched <= preview.data.tried.length ? tn("quarantine.replay", passing) : t("quarantine.replayAll", { n: f.whole(preview.data.matched) })}
              </Button>
            </div>
          )}
          {!may && <p className="quiet">{t("quarantine.mayNot")}</p>}
          <Outcome preview={preview.data} />
        </>
      )}
      <p role="status" className={replay.data ? css.done : "hidden-text"}>
        {replay.data &&
          t("quarantine.done", {
            accepted: f.whole(replay.data.verdicts["accepted"] ?? 0),
            others: f.whole(Object.entries(replay.data.verdicts).reduce((sum, [verdict, n]) => (verdict === "accepted" ? sum : sum + n), 0)),
            still: f.whole(Object.values(replay.data.still).reduce((sum, n) => sum + n, 0)),
          })}
      </p>
      <Modal opened={dismissing} onClose={() => setDismissing(false)} title={tn("quarantine.dismissTitle", number)} closeButtonProps={{ "aria-label": t("shell.close") }}>
        <p>{t("quarantine.dismissText")}</p>
        {dismiss.error && (
          <p role="alert" className={css.error}>
            {say(dismiss.error)}
          </p>
        )}
        <div className={css.modalButtons}>
          <Button variant="default" onClick={() => setDismissing(false)}>
            {t("quarantine.keep")}
          </Button>
          <Button loading={dismiss.isPending} onClick={() => dismiss.mutate(which, { onSuccess: () => setDismissing(false) })}>
            {t("quarantine.dismiss")}
          </Button>
        </div>
      </Modal>
    </Panel>
  );
}

interface EditLineProps {
  edit: EditDraft;
  onChange: (changed: Partial<EditDraft>) => void;
  onRemove: (() => void) | undefined;
}

function EditLine({ edit, onChange, onRemove }: EditLineProps) {
  const { t } = useWords();
  const label = edit.verb === "rename" ? "quarantine.newPath" : edit.verb === "cast" ? (edit.kind === "time" ? "quarantine.format" : "quarantine.decimal") : "quarantine.value";
  const wantsDetail = edit.verb !== "remove" && !(edit.verb === "cast" && (edit.kind === "text" || edit.kind === "boolean"));
  return (
    <div className={css.edit}>
      <NativeSelect label={t("quarantine.verb")} value={edit.verb} onChange={(e) => onChange({ verb: e.currentTarget.value as Verb, to: "" })} data={VERBS.map((verb) => ({ value: verb, label: t(`quarantine.verb.${verb}`) }))} />
      <TextInput label={t("quarantine.path")} placeholder="properties.revenue" value={edit.path} onChange={(e) => onChange({ path: e.currentTarget.value })} classNames={{ input: css.code }} />
      {edit.verb === "cast" && <NativeSelect label={t("quarantine.kind")} value={edit.kind} onChange={(e) => onChange({ kind: e.currentTarget.value as Kind, to: "" })} data={KINDS.map((kind) => ({ value: kind, label: t(`quarantine.kind.${kind}`) }))} />}
      {wantsDetail && <TextInput label={t(label)} value={edit.to} onChange={(e) => onChange({ to: e.currentTarget.value })} classNames={{ input: css.code }} />}
      {onRemove && (
        <UnstyledButton className={css.removeEdit} onClick={onRemove} aria-label={t("quarantine.removeEdit")}>
          <Trash2 size={16} aria-hidden />
        </UnstyledButton>
      )}
    </div>
  );
}
