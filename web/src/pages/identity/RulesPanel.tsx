/** The rules: what they are, what others would change, and putting these in force. */
import { Button, Modal, Progress } from "@mantine/core";
import { useState } from "react";
import { isApplying, useApplyRules, usePreview, type Rules, type RulesState } from "@/api/identity";
import { useMay } from "@/api/session";
import { useFormat, useWords } from "@/i18n";
import { useErrorText } from "@/parts/Await";
import { Panel } from "@/parts/Page";
import css from "./Identity.module.css";
import { Preview } from "./Preview";
import { rulesOf, sameRules } from "./rules";
import { RulesForm } from "./RulesForm";

export function RulesPanel({ state }: { state: RulesState }) {
  const { t } = useWords();
  const say = useErrorText();
  const may = useMay("data");
  const [rules, setRules] = useState<Rules>(() => rulesOf(state.wanted.rules));
  const [sure, setSure] = useState(false);
  const [taken, setTaken] = useState(0);
  const preview = usePreview();
  const apply = useApplyRules();
  const same = sameRules(rules, rulesOf(state.in_force.rules));
  const busy = isApplying(state);
  const by = state.in_force.by === "packs" ? t("identity.byPacks") : state.in_force.by;
  const packsSayOtherwise = state.in_force.by === "packs" && !sameRules(rulesOf(state.packs), rulesOf(state.in_force.rules)) && same;
  const change = (next: Rules) => {
    setRules(next);
    preview.reset();
  };
  const error = preview.error ?? apply.error;
  return (
    <Panel title={t("identity.rules")} hint={<span data-words="given">{t("identity.rulesHint", { version: state.in_force.version, by })}</span>}>
      <How state={state} />
      {may && packsSayOtherwise && (
        <div className={css.note}>
          <p>{t("identity.packsDiffer")}</p>
          <Button mt={8} size="compact-sm" variant="default" onClick={() => {
              change(rulesOf(state.packs));
              setTaken((times) => times + 1);
            }}>
            {t("identity.packsTake")}
          </Button>
        </div>
      )}
      <RulesForm key={taken} rules={rules} kinds={state.kinds} change={change} fixed={!may || busy} />
      {error && (
        <p role="alert" className={css.error}>
          {say(error)}
        </p>
      )}
      {may && (
        <div className={css.actions}>
          <Button variant="default" disabled={same || busy} loading={preview.isPending} onClick={() => preview.mutate(rules)}>
            {t("identity.preview")}
          </Button>
          <Button disabled={same || busy || !preview.data} onClick={() => setSure(true)}>
            {t("identity.apply")}
          </Button>
          {same && !busy && <span className="quiet">{t("identity.same")}</span>}
        </div>
      )}
      {preview.data && <Preview preview={preview.data} />}
      <Modal opened={sure} onClose={() => setSure(false)} title={t("identity.applyTitle")} closeButtonProps={{ "aria-label": t("shell.close") }}>
        <p>{t("identity.applyText")}</p>
        <div className={css.buttons}>
          <Button variant="default" onClick={() => setSure(false)}>
            {t("identity.cancel")}
          </Button>
          <Button
            loading={apply.isPending}
            onClick={() => {
              setSure(false);
              apply.mutate(rules, { onSuccess: () => preview.reset() });
            }}
          >
            {t("identity.apply")}
          </Button>
        </div>
      </Modal>
    </Panel>
  );
}

/** How far rules are applied, or what came of it. */
function How({ state }: { state: RulesState }) {
  const { t } = useWords();
  const f = useFormat();
  const how = state.applying;
  if (!how) return null;
  if (isApplying(state))
    return (
      <div className={css.note} role="status">
        <p>
          {t("identity.applying")} {how.total > 0 && t("identity.applyingOf", { done: f.whole(how.done), total: f.whole(how.total) })}
        </p>
        <Progress value={how.total ? (100 * how.done) / how.total : 0} aria-label={t("identity.applying")} mt={8} />
      </div>
    );
  if (how.state === "failed")
    return (
      <p role="alert" className={css.error}>
        {t("identity.failed")}
      </p>
    );
  return (
    <p role="status" className={css.said}>
      {t("identity.applied", { version: how.version })}
    </p>
  );
}
