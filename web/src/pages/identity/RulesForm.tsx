import { Button, NumberInput, Radio, Select, Stack, Textarea, TextInput } from "@mantine/core";
import { useState } from "react";
import type { Rules, RulesState } from "@/api/identity";
import { useWords } from "@/i18n";
import css from "./Identity.module.css";
import { linesOf, validKind, withLimit, withoutClass } from "./rules";

interface FormProps {
  rules: Rules;
  kinds: RulesState["kinds"];
  change: (rules: Rules) => void;
  fixed: boolean;
}

const NARROW = { input: { maxWidth: 120 } };

/** The rules with plain words beside each. `fixed`: only to be read. */
export function RulesForm(props: FormProps) {
  return (
    <div className={css.form}>
      <Claims {...props} />
      <Limits {...props} />
      <Own {...props} />
      <Nobody {...props} />
    </div>
  );
}

function Claims({ rules, change, fixed }: FormProps) {
  const { t } = useWords();
  return (
    <div className={css.field}>
      <Radio.Group label={t("identity.claimsRule")} value={rules.claims} onChange={(claims) => change({ ...rules, claims: claims as Rules["claims"] })} labelProps={{ className: css.legend }}>
        <Stack gap={12} mt={10}>
          <Radio value="hold" label={t("identity.claims.hold")} description={t("identity.claims.holdText")} disabled={fixed} />
          <Radio value="attach" label={t("identity.claims.attach")} description={t("identity.claims.attachText")} disabled={fixed} />
        </Stack>
      </Radio.Group>
      <NumberInput mt={22} label={t("identity.burst")} value={rules.burst} min={2} max={100_000} disabled={fixed} hideControls onChange={(burst) => typeof burst === "number" && change({ ...rules, burst })} styles={NARROW} />
    </div>
  );
}

function Limits({ rules, kinds, change, fixed }: FormProps) {
  const { t, word } = useWords();
  return (
    <fieldset className={css.field}>
      <legend className={css.legend}>{t("identity.limits")}</legend>
      <p className={css.hint}>{t("identity.limitsHint")}</p>
      {kinds
        .filter((each) => each.kind !== "user_id" && each.klass !== "asset")
        .map((each) => (
          <div key={each.kind} className={css.limit}>
            <span>
              {word("identifier", each.kind)} <span className="quiet">{t(`identity.class.${each.klass}`)}</span>
            </span>
            <NumberInput
              size="xs"
              aria-label={t("identity.limitOf", { kind: word("identifier", each.kind) })}
              value={rules.limits[each.kind] ?? each.limit}
              min={1}
              max={1000}
              disabled={fixed}
              onChange={(limit) => typeof limit === "number" && change(withLimit(rules, each.kind, limit))}
            />
          </div>
        ))}
    </fieldset>
  );
}

const CLASSES = ["key", "contact", "card", "device", "asset"] as const;

function Own({ rules, change, fixed }: FormProps) {
  const { t, word } = useWords();
  const [kind, setKind] = useState("");
  const [klass, setKlass] = useState<string>("asset");
  const words = CLASSES.map((each) => ({ value: each, label: t(`identity.class.${each}`) }));
  return (
    <fieldset className={css.field}>
      <legend className={css.legend}>{t("identity.own")}</legend>
      <p className={css.hint}>{t("identity.ownHint")}</p>
      {Object.entries(rules.classes).map(([name, its]) => (
        <div key={name} className={css.limit}>
          <span>
            <code className="mono">{name}</code> <span className="quiet">{word("identity.class", its)}</span>
          </span>
          <Button size="compact-sm" variant="default" disabled={fixed} aria-label={t("identity.ownDrop", { kind: name })} onClick={() => change(withoutClass(rules, name))}>
            ×
          </Button>
        </div>
      ))}
      <div className={css.own}>
        <TextInput label={t("identity.ownKind")} value={kind} onChange={(event) => setKind(event.currentTarget.value)} placeholder="till_id" disabled={fixed} maxLength={40} flex="1 1 110px" />
        <Select label={t("identity.ownClass")} data={words} value={klass} onChange={(next) => next && setKlass(next)} allowDeselect={false} disabled={fixed} flex="1 1 160px" />
        <Button
          variant="default"
          disabled={fixed || !validKind(kind)}
          onClick={() => {
            change({ ...rules, classes: { ...rules.classes, [kind]: klass } });
            setKind("");
          }}
        >
          {t("identity.ownAdd")}
        </Button>
      </div>
    </fieldset>
  );
}

function Nobody({ rules, change, fixed }: FormProps) {
  const { t } = useWords();
  return (
    <div className={css.field}>
      <Lines label={t("identity.blocked")} hint={t("identity.blockedHint")} value={rules.blocked} fixed={fixed} change={(blocked) => change({ ...rules, blocked })} />
      <Lines label={t("identity.domains")} hint={t("identity.domainsHint")} value={rules.domains} fixed={fixed} change={(domains) => change({ ...rules, domains })} />
      <TextInput label={t("identity.region")} value={rules.region} maxLength={2} styles={NARROW} disabled={fixed} onChange={(event) => change({ ...rules, region: event.currentTarget.value.toUpperCase() })} />
    </div>
  );
}

function Lines({ label, hint, value, fixed, change }: { label: string; hint: string; value: readonly string[]; fixed: boolean; change: (lines: string[]) => void }) {
  const [text, setText] = useState(value.join("\n"));
  return (
    <Textarea
      label={label}
      description={hint}
      value={text}
      autosize
      minRows={2}
      maxRows={8}
      mb={16}
      disabled={fixed}
      onChange={(event) => {
        setText(event.currentTarget.value);
        change(linesOf(event.currentTarget.value));
      }}
    />
  );
}
