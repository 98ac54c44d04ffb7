/** Ctrl-K: one field that goes to any page and finds any person. */
import { Loader, Modal } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { Search, UserRound } from "lucide-react";
import { useId, useMemo, useState, type KeyboardEvent, type ReactNode } from "react";
import { api, body } from "@/api/client";
import { useMay } from "@/api/session";
import { useWords } from "@/i18n";
import type { PageGroup } from "./pages";
import { matchPages, step } from "./palette";
import css from "./Palette.module.css";

interface Choice {
  id: string;
  group: string;
  label: string;
  detail: string | null;
  icon: ReactNode;
  go: () => void;
}

interface PaletteProps {
  opened: boolean;
  onClose: () => void;
  groups: readonly PageGroup[];
}

export function Palette({ opened, onClose, groups }: PaletteProps) {
  const { t } = useWords();
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      withCloseButton={false}
      centered={false}
      yOffset="12vh"
      size={580}
      padding={0}
      radius="lg"
      title={t("palette.title")}
      styles={{ header: { display: "none" } }}
    >
      <Finder onClose={onClose} groups={groups} />
    </Modal>
  );
}

function Finder({ onClose, groups }: Omit<PaletteProps, "opened">) {
  const { t, tn } = useWords();
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const list = useId();
  const { choices, busy } = useChoices(text, groups, onClose);
  const chosen = Math.min(at, choices.length - 1);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      setAt(step(chosen, event.key === "ArrowDown" ? 1 : -1, choices.length));
    } else if (event.key === "Enter") {
      event.preventDefault();
      choices[chosen]?.go();
    }
  };
  return (
    <div>
      <div className={css.field}>
        <Search size={19} aria-hidden />
        <input
          data-autofocus
          className={css.input}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setAt(0);
          }}
          onKeyDown={onKeyDown}
          placeholder={t("palette.placeholder")}
          role="combobox"
          aria-expanded
          aria-controls={list}
          aria-autocomplete="list"
          aria-activedescendant={choices[chosen] ? `${list}-${chosen}` : undefined}
          aria-label={t("palette.title")}
          autoComplete="off"
          spellCheck={false}
        />
        {busy && <Loader size={17} />}
      </div>
      <ul id={list} role="listbox" aria-label={t("palette.title")} className={css.list}>
        {choices.map((choice, index) => (
          <Row key={choice.id} id={`${list}-${index}`} choice={choice} chosen={index === chosen} first={choices[index - 1]?.group !== choice.group} onHover={() => setAt(index)} />
        ))}
      </ul>
      {choices.length === 0 && !busy && <p className={css.none}>{t("palette.none", { q: text })}</p>}
      <p className={css.hint}>{t("palette.hint")}</p>
      <p className="hidden-text" aria-live="polite">
        {tn("palette.results", choices.length)}
      </p>
    </div>
  );
}

interface RowProps {
  id: string;
  choice: Choice;
  chosen: boolean;
  first: boolean;
  onHover: () => void;
}

function Row({ id, choice, chosen, first, onHover }: RowProps) {
  return (
    <>
      {first && (
        <li role="presentation" className={css.group}>
          {choice.group}
        </li>
      )}
      {/* The field keeps the focus; keys act there. */}
      <li
        id={id}
        role="option"
        aria-selected={chosen}
        className={css.choice}
        onClick={choice.go}
        onMouseMove={onHover}
        ref={(row) => {
          if (chosen) row?.scrollIntoView({ block: "nearest" });
        }}
      >
        {choice.icon}
        <span className={css.label}>{choice.label}</span>
        {choice.detail && <span className={css.detail}>{choice.detail}</span>}
      </li>
    </>
  );
}

function useChoices(text: string, groups: readonly PageGroup[], onClose: () => void) {
  const { t, text: inWords } = useWords();
  const router = useRouter();
  const may = useMay("people");
  const [wanted] = useDebouncedValue(text.trim(), 140);
  const people = useQuery({
    queryKey: ["people", "palette", wanted],
    queryFn: () => body(api.GET("/api/people", { params: { query: { q: wanted, limit: 8 } } })),
    enabled: may && wanted.length > 0,
    placeholderData: keepPreviousData,
  });
  const choices = useMemo(() => {
    const go = (to: string) => () => {
      onClose();
      void router.navigate({ to });
    };
    const pages = matchPages(groups, text, t).map<Choice>((page) => ({
      id: page.to,
      group: t("palette.pages"),
      label: t(page.label),
      detail: null,
      icon: <page.icon size={17} aria-hidden />,
      go: go(page.to),
    }));
    const found = wanted ? (people.data?.people ?? []) : [];
    const persons = found.map<Choice>((person) => ({
      id: person.person_id,
      group: t("palette.people"),
      label: person.name ?? t("people.unknown"),
      detail: person.position ? inWords(person.position.stage.name) : null,
      icon: <UserRound size={17} aria-hidden />,
      go: go(`/people/${encodeURIComponent(person.person_id)}`),
    }));
    return [...pages, ...persons];
  }, [groups, onClose, people.data, router, t, text, inWords, wanted]);
  return { choices, busy: people.isFetching };
}
