import { Button, Modal, Textarea, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, body } from "@/api/client";
import { useDecide, usePersonIdentity, type IdentifierName } from "@/api/identity";
import type { PersonRecord } from "@/api/people";
import type { components } from "@/api/schema";
import { useWords } from "@/i18n";
import { useErrorText } from "@/parts/Await";
import css from "@/pages/identity/Identity.module.css";

type Summary = components["schemas"]["PersonSummary"];

interface DialogProps {
  opened: boolean;
  onClose: () => void;
  onDone: () => void;
  person: PersonRecord;
  root: IdentifierName;
}

/** Finds the other person, says what will be, and joins both. */
export function LinkDialog({ opened, onClose, onDone, person, root }: DialogProps) {
  const { t } = useWords();
  const [chosen, setChosen] = useState<Summary | null>(null);
  const close = () => {
    setChosen(null);
    onClose();
  };
  return (
    <Modal opened={opened} onClose={close} title={t("identity.linkTitle")} closeButtonProps={{ "aria-label": t("shell.close") }}>
      <p className={css.hint}>{t("identity.linkHint")}</p>
      {chosen ? (
        <Confirm
          person={person}
          root={root}
          other={chosen}
          onBack={() => setChosen(null)}
          onDone={() => {
            setChosen(null);
            onDone();
          }}
        />
      ) : (
        <Find besides={person.person_id} onPick={setChosen} />
      )}
    </Modal>
  );
}

function Find({ besides, onPick }: { besides: string; onPick: (person: Summary) => void }) {
  const { t, tn } = useWords();
  const [text, setText] = useState("");
  const [q] = useDebouncedValue(text.trim(), 220);
  const people = useQuery({
    queryKey: ["people", q, "link"],
    queryFn: () => body(api.GET("/api/people", { params: { query: { q, limit: 8 } } })),
    enabled: q.length > 1,
  });
  const found = people.data?.people.filter((one) => one.person_id !== besides) ?? [];
  return (
    <>
      <TextInput data-autofocus label={t("people.search")} placeholder={t("people.placeholder")} value={text} onChange={(event) => setText(event.currentTarget.value)} maxLength={256} />
      <ul className={css.found} aria-label={t("people.found")}>
        {found.map((one) => (
          <li key={one.person_id}>
            <button type="button" className={css.pick} onClick={() => onPick(one)}>
              <span data-words="given">{one.name ?? t("people.unknown")}</span>
              <span className="quiet">{tn("person.eventsUnder", one.events)}</span>
            </button>
          </li>
        ))}
      </ul>
      {people.data && found.length === 0 && <p className="quiet">{t("people.none.title")}</p>}
    </>
  );
}

function Confirm({ person, root, other, onBack, onDone }: { person: PersonRecord; root: IdentifierName; other: Summary; onBack: () => void; onDone: () => void }) {
  const { t, tn } = useWords();
  const say = useErrorText();
  const decide = useDecide();
  const identity = usePersonIdentity(other.person_id);
  const [why, setWhy] = useState("");
  const theirs = identity.data?.identifiers[0]?.identifier;
  return (
    <>
      <p data-words="given">{t("identity.linkChosen", { one: person.name ?? t("people.unknown"), other: other.name ?? t("people.unknown") })}</p>
      <p className={css.lines}>{tn("identity.moves", other.events)}</p>
      <Textarea mt={14} label={t("identity.reason")} value={why} onChange={(event) => setWhy(event.currentTarget.value)} maxLength={500} autosize minRows={2} />
      {(decide.error ?? identity.error) && (
        <p role="alert" className={css.error}>
          {say(decide.error ?? identity.error)}
        </p>
      )}
      <div className={css.buttons}>
        <Button variant="default" onClick={onBack}>
          {t("identity.linkOther")}
        </Button>
        <Button loading={decide.isPending} disabled={!theirs} onClick={() => theirs && decide.mutate({ kind: "link", a: root, b: theirs, why }, { onSuccess: onDone })}>
          {t("identity.linkDo")}
        </Button>
      </div>
    </>
  );
}
