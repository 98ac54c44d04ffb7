import { Ban, Check, Clock3, CircleHelp, ClipboardList, type LucideIcon } from "lucide-react";
import { Link } from "@tanstack/react-router";
import type { DecisionEntry, DecisionRecord } from "@/api/people";
import { useFormat, useWords, type Key } from "@/i18n";
import { Tag, type TagTone } from "@/parts/Tag";
import css from "./Person.module.css";

const RESULT: Record<DecisionRecord["result"], { icon: LucideIcon; tone: TagTone; key: Key }> = {
  sent: { icon: Check, tone: "good", key: "person.sent" },
  not_sent: { icon: Ban, tone: "bad", key: "person.notSent" },
  waiting: { icon: Clock3, tone: "warn", key: "person.waiting" },
  unknown: { icon: CircleHelp, tone: "warn", key: "person.unknownOutcome" },
  task: { icon: ClipboardList, tone: "accent", key: "person.taskOpened" },
};

/** Something we decided: sent, or not sent and why. */
export function DecisionLine({ entry }: { entry: DecisionEntry }) {
  const { t, text, word } = useWords();
  const f = useFormat();
  const { decision } = entry;
  const look = RESULT[decision.result];
  return (
    <li className={css.entry} data-ours data-tone={look.tone}>
      <span className={css.node}>
        <look.icon size={15} strokeWidth={2.2} aria-hidden />
      </span>
      <div className={css.entryBody}>
        <p className={css.entryHead}>
          <Link to="/playbooks" search={{ play: decision.play.id }} className={css.entryName}>
            {text(decision.play.name)}
          </Link>
          <Tag tone={look.tone}>{t(look.key)}</Tag>
          <time className={css.time} dateTime={entry.at} title={f.full(entry.at)}>
            {f.clock(entry.at)}
          </time>
        </p>
        {decision.refusal && <p className={css.refusal}>{word("refusal", decision.refusal)}</p>}
        <p className={css.entryText}>
          {[decision.channel && word("channel", decision.channel), decision.message?.recipient].filter(Boolean).join(" · ")}
        </p>
        {decision.reasons.length > 0 && (
          <details className={css.reasons}>
            <summary>{t("person.because")}</summary>
            {decision.reasons.map((reason) => (
              <code key={reason}>{reason}</code>
            ))}
          </details>
        )}
        {decision.alternatives.length > 0 && (
          <p className={css.entryText}>{t("person.beat", { plays: f.list(decision.alternatives.map((other) => text(other.play.name))) })}</p>
        )}
      </div>
    </li>
  );
}
