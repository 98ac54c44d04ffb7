import { Button, Modal, Textarea } from "@mantine/core";
import { useState } from "react";
import { useDecide, type Evidenced, type IdentifierName } from "@/api/identity";
import type { PersonRecord } from "@/api/people";
import { useWords } from "@/i18n";
import { useErrorText } from "@/parts/Await";
import { identText } from "@/pages/identity/Ident";
import css from "@/pages/identity/Identity.module.css";

interface DialogProps {
  parting: Evidenced | null;
  onClose: () => void;
  onDone: () => void;
  person: PersonRecord;
  root: IdentifierName;
}

/** Says what moves before an identifier is taken from a person. */
export function SeparateDialog({ parting, onClose, onDone, person, root }: DialogProps) {
  const words = useWords();
  const { t, tn } = words;
  const say = useErrorText();
  const decide = useDecide();
  const [why, setWhy] = useState("");
  const other = parting?.via ?? root;
  const events = person.identifiers.find((one) => one.node_id === parting?.node_id)?.events ?? 0;
  const close = () => {
    decide.reset();
    setWhy("");
    onClose();
  };
  return (
    <Modal opened={parting !== null} onClose={close} title={t("identity.separateTitle")} closeButtonProps={{ "aria-label": t("shell.close") }}>
      {parting && (
        <>
          <p data-words="given">{t("identity.separateText", { what: capital(identText(words, parting.identifier)), other: identText(words, other) })}</p>
          <p className={css.lines}>{tn("identity.moves", events)}</p>
          <Textarea mt={14} label={t("identity.reason")} value={why} onChange={(event) => setWhy(event.currentTarget.value)} maxLength={500} autosize minRows={2} />
          {decide.error && (
            <p role="alert" className={css.error}>
              {say(decide.error)}
            </p>
          )}
          <div className={css.buttons}>
            <Button variant="default" onClick={close}>
              {t("identity.cancel")}
            </Button>
            <Button
              loading={decide.isPending}
              onClick={() =>
                decide.mutate(
                  { kind: "separate", a: parting.identifier, b: other, why },
                  {
                    onSuccess: () => {
                      setWhy("");
                      onDone();
                    },
                  },
                )
              }
            >
              {t("identity.separate")}
            </Button>
          </div>
        </>
      )}
    </Modal>
  );
}

const capital = (text: string) => text.slice(0, 1).toLocaleUpperCase() + text.slice(1);
