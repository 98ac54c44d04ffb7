/** The next step of a friction, and all steps so far. */
import { Button, NumberInput, Textarea, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { useChangeFriction, type FrictionChange, type FrictionState } from "@/api/frictions";
import { useMay } from "@/api/session";
import { useFormat, useWords } from "@/i18n";
import { useErrorText } from "@/parts/Await";
import { Panel } from "@/parts/Page";
import { useToday } from "@/parts/PeriodPicker";
import css from "./Friction.module.css";
import type { Status } from "./friction";
import { StatusTag } from "./parts";

interface StatusProps {
  friction: string;
  state: FrictionState | null;
  status: Status;
  people: number;
}

export function StatusForm({ friction, state, status, people }: StatusProps) {
  const { t, word } = useWords();
  const f = useFormat();
  const may = useMay("data");
  const say = useErrorText();
  const change = useChangeFriction();
  const to = (next: Omit<FrictionChange, "friction" | "note"> & { note?: string }) => change.mutate({ note: "", ...next, friction });
  return (
    <Panel title={<StatusTag status={status} />} hint={state?.owner}>
      {may && <Next status={status} people={people} busy={change.isPending} to={to} />}
      {change.error && (
        <p role="alert" className={css.error}>
          {say(change.error)}
        </p>
      )}
      {may && (
        <div className={css.buttons}>
          {status !== "found" && (
            <Button variant="subtle" size="xs" onClick={() => to({ status: "found" })}>
              {t("friction.reopen")}
            </Button>
          )}
          {status !== "dismissed" && (
            <Button variant="subtle" color="gray" size="xs" onClick={() => to({ status: "dismissed" })}>
              {t("friction.dismiss")}
            </Button>
          )}
        </div>
      )}
      {state && (
        <>
          <h3 className={css.small}>{t("friction.history")}</h3>
          <ol className={css.history}>
            {state.steps.map((step) => (
              <li key={step.at}>
                {t("friction.history.line", { status: word("friction.status", step.status), by: step.by })}
                <span className={css.quiet}>{[f.moment(step.at), step.owner, step.note].filter(Boolean).join(" · ")}</span>
              </li>
            ))}
          </ol>
        </>
      )}
    </Panel>
  );
}

interface NextProps {
  status: Status;
  people: number;
  busy: boolean;
  to: (next: { status: FrictionChange["status"]; owner?: string; mended_on?: string; told?: number; note?: string }) => void;
}

function Next({ status, people, busy, to }: NextProps) {
  const { t } = useWords();
  const today = useToday();
  const [owner, setOwner] = useState("");
  const [day, setDay] = useState(today);
  const [note, setNote] = useState("");
  const [told, setTold] = useState(people);
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (status === "found" || status === "dismissed") to({ status: "owned", owner });
    else if (status === "owned") to({ status: "mended", mended_on: day, note });
    else to({ status: "told", told });
  };
  if (status === "told") return null;
  return (
    <form onSubmit={send} className={css.form}>
      {(status === "found" || status === "dismissed") && (
        <>
          <TextInput label={t("friction.own")} value={owner} onChange={(e) => setOwner(e.currentTarget.value)} required maxLength={200} />
          <Button type="submit" loading={busy}>
            {t("friction.own.save")}
          </Button>
        </>
      )}
      {status === "owned" && (
        <>
          <TextInput type="date" label={t("friction.mended")} value={day} max={today} onChange={(e) => setDay(e.currentTarget.value)} required />
          <Textarea label={t("friction.note")} value={note} onChange={(e) => setNote(e.currentTarget.value)} maxLength={2000} autosize minRows={2} />
          <Button type="submit" loading={busy}>
            {t("friction.mended.save")}
          </Button>
        </>
      )}
      {(status === "mended" || status === "measured") && (
        <>
          <NumberInput label={t("friction.told")} value={told} onChange={(value) => setTold(Number(value))} min={0} allowDecimal={false} />
          <Button type="submit" loading={busy}>
            {t("friction.told.save")}
          </Button>
        </>
      )}
    </form>
  );
}
