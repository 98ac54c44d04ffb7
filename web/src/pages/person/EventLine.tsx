import { useEffect, useRef } from "react";
import type { EventEntry } from "@/api/people";
import { useFormat, useWords } from "@/i18n";
import { ChannelIcon } from "@/parts/Channel";
import { Tag, type TagTone } from "@/parts/Tag";
import { describe } from "./describe";
import css from "./Person.module.css";

/** Something that happened; `wanted`: what somebody came to see. */
export function EventLine({ entry, entered, wanted }: { entry: EventEntry; entered: boolean; wanted: boolean }) {
  const words = useWords();
  const { t, text, word } = words;
  const f = useFormat();
  const line = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (wanted) line.current?.scrollIntoView({ block: "center" });
  }, [wanted]);
  const told = describe(entry.name, entry.properties, words, f);
  return (
    <li ref={line} className={css.entry} data-wanted={wanted || undefined} aria-current={wanted || undefined}>
      <span className={css.node}>
        <ChannelIcon channel={entry.channel} size={15} />
      </span>
      <div className={css.entryBody}>
        <p className={css.entryHead}>
          <span className={css.entryName} title={entry.name}>
            {word("event", entry.name)}
          </span>
          {entered && entry.stage && <Tag tone={(entry.phase ?? "neutral") as TagTone}>{t("person.entered", { stage: text(entry.stage.name) })}</Tag>}
          <time className={css.time} dateTime={entry.at} title={f.full(entry.at)}>
            {f.clock(entry.at)}
          </time>
        </p>
        {(told.summary || entry.touchpoint) && (
          <p className={css.entryText}>
            {told.summary}
            {told.summary && entry.touchpoint && " · "}
            {entry.touchpoint && <span className={css.place}>{text(entry.touchpoint.name)}</span>}
          </p>
        )}
        {told.quote && (
          <blockquote className={css.quote} lang={told.quoteLanguage ?? undefined}>
            {told.quote}
          </blockquote>
        )}
      </div>
    </li>
  );
}
