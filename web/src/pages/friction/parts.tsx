/** The small parts that the list and the page of one friction share. */
import { useState, type ReactNode } from "react";
import { useFrictionPeople, type FrictionRecord, type FrictionsRecord } from "@/api/frictions";
import { useMay } from "@/api/session";
import { useFormat, useWords } from "@/i18n";
import { PeopleDrawer } from "@/parts/PeopleDrawer";
import { Tag, type TagTone } from "@/parts/Tag";
import css from "./Friction.module.css";
import { minor, signalOf, type Status } from "./friction";

const GRADE_TONE: Record<string, TagTone> = { strong: "accent", moderate: "during", weak: "warn", none: "neutral", few: "neutral" };
const STATUS_TONE: Record<Status, TagTone> = { found: "neutral", owned: "before", mended: "during", measured: "good", told: "good", dismissed: "neutral" };

export function Grade({ grade }: { grade: string }) {
  const { word } = useWords();
  return <Tag tone={GRADE_TONE[grade] ?? "neutral"}>{word("friction.grade", grade)}</Tag>;
}

export function StatusTag({ status }: { status: Status }) {
  const { word } = useWords();
  return <Tag tone={STATUS_TONE[status]}>{word("friction.status", status)}</Tag>;
}

/** What a friction is called, and where it is. */
export function useNaming(found: FrictionsRecord) {
  const { t, text } = useWords();
  return {
    name: (one: FrictionRecord) => {
      const name = text(signalOf(found, one)?.name);
      return one.subject ? t("friction.subject", { name, subject: one.subject }) : name;
    },
    place: (one: FrictionRecord) =>
      one.stage ? t("friction.place", { touchpoint: text(one.touchpoint.name), stage: text(one.stage.name) }) : text(one.touchpoint.name),
  };
}

export function useMoney() {
  const f = useFormat();
  const whole = (value: number, currency: string) => f.money(minor(value, currency), currency).replace(/[.,]00(?=\D*$)/, "");
  return whole;
}

/** Money a year with its interval, a currency a line. */
export function Worth({ one }: { one: FrictionRecord }) {
  const { t } = useWords();
  const money = useMoney();
  if (one.value.length === 0) return <span className={css.quiet}>{t("friction.notPriced")}</span>;
  return (
    <>
      {one.value.map((value) => (
        <span key={value.currency} className={css.worth}>
          <span>
            <strong>{money(value.a_year, value.currency)}</strong> {t("friction.year")}
          </span>
          <span className={css.quiet}>{t("friction.between", { low: money(value.ci_low, value.currency), high: money(value.ci_high, value.currency) })}</span>
        </span>
      ))}
    </>
  );
}

/** Opens who met a friction, where one may see them. */
export function usePeopleOf(): { count: (one: FrictionRecord, name: string) => ReactNode; drawer: ReactNode } {
  const { tn } = useWords();
  const may = useMay("people");
  const [opened, setOpened] = useState<{ key: string; name: string } | null>(null);
  const people = useFrictionPeople(opened?.key ?? null);
  return {
    count: (one, name) =>
      may ? (
        <button type="button" className={css.count} aria-label={tn("friction.openPeople", one.people)} onClick={() => setOpened({ key: one.key, name })}>
          {tn("friction.people", one.people)}
        </button>
      ) : (
        <span>{tn("friction.people", one.people)}</span>
      ),
    drawer: <PeopleDrawer title={opened?.name ?? null} people={people} onClose={() => setOpened(null)} />,
  };
}
