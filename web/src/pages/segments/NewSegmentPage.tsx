/** A segment in the making: rules, how many people meet them as one writes, some of these, publish. */
import { ActionIcon, Autocomplete, Button, Checkbox, NumberInput, SegmentedControl, Select, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useNavigate } from "@tanstack/react-router";
import { Plus, X } from "lucide-react";
import { useState } from "react";
import { useConfig } from "@/api/config";
import { usePublish, useSegmentCount, useSegments, useSegmentSample, type Condition } from "@/api/segments";
import { useFormat, useWords } from "@/i18n";
import { Await, Failure } from "@/parts/Await";
import { Page, Panel } from "@/parts/Page";
import { StagePeople } from "@/pages/people/StagePeople";
import css from "./Segments.module.css";
import { FRESH, joined, KINDS, type Rule } from "./rules";

const PAUSE_MS = 400;

export function NewSegmentPage() {
  const { t } = useWords();
  const [join, setJoin] = useState<"all" | "any">("all");
  const [rules, setRules] = useState<readonly Rule[]>([FRESH]);
  const condition = joined(join, rules);
  const [asked] = useDebouncedValue(condition === null ? null : JSON.stringify(condition), PAUSE_MS);
  const change = (at: number, rule: Rule) => setRules(rules.map((each, place) => (place === at ? rule : each)));
  return (
    <Page title={t("segments.new")} lead={t("segments.build.lead")}>
      <div className={css.stack}>
        <Panel title={t("segments.condition")}>
          <SegmentedControl
            aria-label={t("segments.build.join")}
            value={join}
            onChange={(value) => setJoin(value === "any" ? "any" : "all")}
            data={[
              { value: "all", label: t("segments.build.all") },
              { value: "any", label: t("segments.build.any") },
            ]}
            mb={16}
          />
          <ul className={css.rules}>
            {rules.map((rule, at) => (
              <li key={at} className={css.rule}>
                <RuleFields rule={rule} change={(next) => change(at, next)} />
                <ActionIcon variant="subtle" size="lg" aria-label={t("segments.build.remove", { n: at + 1 })} disabled={rules.length === 1} onClick={() => setRules(rules.filter((_, place) => place !== at))}>
                  <X size={18} aria-hidden />
                </ActionIcon>
              </li>
            ))}
          </ul>
          <Button variant="subtle" mt={12} leftSection={<Plus size={16} aria-hidden />} onClick={() => setRules([...rules, FRESH])}>
            {t("segments.build.add")}
          </Button>
        </Panel>
        {asked === null ? (
          <Panel>
            <p className={css.quiet}>{t("segments.build.unfinished")}</p>
          </Panel>
        ) : (
          <Counted asked={asked} condition={condition} />
        )}
      </div>
    </Page>
  );
}

function RuleFields({ rule, change }: { rule: Rule; change: (rule: Rule) => void }) {
  const { t, text } = useWords();
  const config = useConfig().data;
  const segments = useSegments().data?.segments ?? [];
  const counts = rule.kind === "did" || rule.kind === "didNot";
  return (
    <>
      <Select
        label={t("segments.build.kind")}
        allowDeselect={false}
        data={KINDS.map((kind) => ({ value: kind, label: t(`segments.build.${kind}`) }))}
        value={rule.kind}
        onChange={(kind) => kind && change({ ...rule, kind, name: "" })}
      />
      {counts && <Autocomplete label={t("segments.build.event")} data={config?.events.map((each) => each.name) ?? []} value={rule.name} onChange={(name) => change({ ...rule, name })} limit={30} />}
      {rule.kind === "did" && <NumberInput label={t("segments.build.times")} min={1} max={1000} allowDecimal={false} value={rule.times} onChange={(times) => change({ ...rule, times: Number(times) || 1 })} />}
      {counts && <NumberInput label={t("segments.build.days")} min={1} max={3660} allowDecimal={false} value={rule.days ?? ""} onChange={(days) => change({ ...rule, days: Number(days) || null })} />}
      {rule.kind === "trait" && <TextInput label={t("segments.build.traitName")} value={rule.name} onChange={(event) => change({ ...rule, name: event.currentTarget.value })} />}
      {rule.kind === "trait" && <TextInput label={t("segments.build.value")} value={rule.value} onChange={(event) => change({ ...rule, value: event.currentTarget.value })} />}
      {rule.kind === "segment" && (
        <Select label={t("segments.name")} data={segments.map(({ segment }) => ({ value: segment.id, label: text(segment.name) }))} value={rule.name || null} onChange={(name) => change({ ...rule, name: name ?? "" })} />
      )}
    </>
  );
}

function Counted({ asked, condition }: { asked: string; condition: Condition | null }) {
  const { t } = useWords();
  const f = useFormat();
  const count = useSegmentCount(asked);
  const sample = useSegmentSample(asked);
  return (
    <>
      <Await query={count} height={120}>
        {(found) => (
          <Panel>
            <p className={css.count} aria-live="polite">
              {t("segments.build.count", { n: f.whole(found.people), of: f.whole(found.of) })}
            </p>
            {found.unknown.length > 0 && <p className={css.quiet}>{t("segments.build.unknown", { names: f.list(found.unknown) })}</p>}
          </Panel>
        )}
      </Await>
      {sample.data && sample.data.count > 0 && (
        <Panel title={t("segments.build.sample")} flush>
          <StagePeople people={sample.data.people} />
        </Panel>
      )}
      {condition && count.data && <Publish condition={condition} people={count.data.people} />}
    </>
  );
}

function Publish({ condition, people }: { condition: Condition; people: number }) {
  const { t } = useWords();
  const f = useFormat();
  const navigate = useNavigate();
  const publish = usePublish();
  const [id, setId] = useState("");
  const [names, setNames] = useState({ it: "", en: "" });
  const [announce, setAnnounce] = useState(false);
  const ready = /^[a-z][a-z0-9_]{0,39}$/.test(id) && names.it.trim() !== "" && names.en.trim() !== "";
  return (
    <Panel>
      <div className={css.names}>
        <TextInput label={t("segments.build.id")} description={t("segments.build.idHint")} value={id} onChange={(event) => setId(event.currentTarget.value)} />
        <TextInput label={t("segments.build.it")} value={names.it} onChange={(event) => setNames({ ...names, it: event.currentTarget.value })} maxLength={80} />
        <TextInput label={t("segments.build.en")} value={names.en} onChange={(event) => setNames({ ...names, en: event.currentTarget.value })} maxLength={80} />
      </div>
      <Checkbox mt={12} label={t("segments.build.announce")} checked={announce} onChange={(event) => setAnnounce(event.currentTarget.checked)} />
      <Button
        mt={16}
        disabled={!ready}
        loading={publish.isPending}
        onClick={() => publish.mutate({ id, name: names, condition, announce }, { onSuccess: () => void navigate({ to: "/segments/$id", params: { id } }) })}
      >
        {t("segments.build.publish", { n: f.whole(people) })}
      </Button>
      {publish.error && <Failure error={publish.error} />}
    </Panel>
  );
}
