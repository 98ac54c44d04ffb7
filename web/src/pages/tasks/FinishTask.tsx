import { Button, Radio, Stack, Textarea } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { api, body } from "@/api/client";
import { useWords } from "@/i18n";
import { useErrorText } from "@/parts/Await";
import type { TaskRecord } from "./TaskCard";
import css from "./Tasks.module.css";

const OUTCOMES = ["solved", "reached", "not_reached", "not_needed"] as const;
type Outcome = (typeof OUTCOMES)[number];

export function FinishTask({ task, onDone }: { task: TaskRecord; onDone: (title: string) => void }) {
  const { t, text } = useWords();
  const queries = useQueryClient();
  const say = useErrorText();
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [note, setNote] = useState("");
  const [missing, setMissing] = useState(false);
  const finish = useMutation({
    mutationFn: (given: { outcome: Outcome; note: string }) =>
      body(api.POST("/api/tasks/{task_id}/done", { params: { path: { task_id: task.task_id } }, body: given })),
    onSuccess: () => {
      onDone(text(task.title));
      void queries.invalidateQueries({ queryKey: ["tasks"] });
      void queries.invalidateQueries({ queryKey: ["status"] });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setMissing(outcome === null);
    if (outcome) finish.mutate({ outcome, note });
  };
  return (
    <form onSubmit={submit} className={css.finish}>
      <Radio.Group
        label={t("tasks.finish")}
        value={outcome}
        onChange={(value) => setOutcome(value as Outcome)}
        error={missing && !outcome ? t("tasks.choose") : undefined}
      >
        <Stack gap={8} mt={8}>
          {OUTCOMES.map((each) => (
            <Radio key={each} value={each} label={t(`outcome.${each}`)} />
          ))}
        </Stack>
      </Radio.Group>
      <Textarea label={t("tasks.note")} value={note} onChange={(e) => setNote(e.currentTarget.value)} maxLength={2000} autosize minRows={2} />
      {finish.error && (
        <p role="alert" className={css.error}>
          {say(finish.error)}
        </p>
      )}
      <Button type="submit" loading={finish.isPending}>
        {t("tasks.save")}
      </Button>
    </form>
  );
}
