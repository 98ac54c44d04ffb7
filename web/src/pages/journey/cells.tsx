/** What each lens says of a stage, in a few lines; the drawer has the rest. */
import { TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import type { StageColumnRecord } from "@/api/insight";
import { useFormat, useWords } from "@/i18n";
import { ChannelIcon } from "@/parts/Channel";
import { kpiText, tooFew } from "@/parts/kpi";
import css from "./Journey.module.css";

const TOUCHPOINTS = 4;
const FRICTIONS = 3;
const PLAYS = 2;

type Front = StageColumnRecord["front"];
type Experience = StageColumnRecord["experience"];
type Back = StageColumnRecord["back"];

export function FrontCell({ front, last }: { front: Front; last: boolean }) {
  const { t, tn, text } = useWords();
  const f = useFormat();
  const more = front.touchpoints.length - TOUCHPOINTS;
  return (
    <>
      {front.touchpoints.length === 0 && <p className={css.none}>{t("journey.noTouchpoints")}</p>}
      <ul className={css.lines}>
        {front.touchpoints.slice(0, TOUCHPOINTS).map((touchpoint) => (
          <li key={touchpoint.touchpoint ?? "?"} className={css.touchpoint}>
            <ChannelIcon channel={touchpoint.channel} size={15} />
            <span>{touchpoint.touchpoint ? text(touchpoint.name) || touchpoint.touchpoint : t("journey.unknownTouchpoint")}</span>
            <span className={css.figure}>{f.percent(touchpoint.share, 0)}</span>
          </li>
        ))}
      </ul>
      {more > 0 && <p className={css.more}>{tn("journey.moreTouchpoints", more)}</p>}
      {!last && front.conversion.value !== null && (
        <p className={css.onward}>
          <span>{t("journey.conversion")}</span> <strong>{f.percent(front.conversion.value, 0)}</strong>
          {front.median_next_s !== null && <span className={css.median}>{t("journey.median", { time: f.duration(front.median_next_s) })}</span>}
        </p>
      )}
    </>
  );
}

export function ExperienceCell({ experience }: { experience: Experience }) {
  const { t, tn, word } = useWords();
  const f = useFormat();
  const scores = [experience.csat, experience.nps].filter((row) => row.value !== null && !tooFew(row.n));
  const quote = experience.quotes[0];
  return (
    <>
      {scores.length > 0 && (
        <p className={css.scores}>
          {scores.map((row) => (
            <span key={row.kpi}>
              {word("kpi", row.kpi)} <strong>{kpiText(row.value as number, row.kpi === "nps" ? "points" : "share", f)}</strong>
            </span>
          ))}
        </p>
      )}
      <ul className={css.lines}>
        {experience.frictions.slice(0, FRICTIONS).map((friction) => (
          <li key={friction.kind} className={css.friction}>
            <TriangleAlert size={15} aria-hidden />
            <span>
              {word("friction", friction.kind)}
              <span className={css.sub}>{tn("journey.people", friction.people)}</span>
            </span>
          </li>
        ))}
      </ul>
      {quote && (
        <blockquote className={css.quote} lang={quote.language ?? undefined}>
          {quote.text}
        </blockquote>
      )}
      {scores.length === 0 && experience.frictions.length === 0 && !quote && <p className={css.none}>{t("journey.noFrictions")}</p>}
    </>
  );
}

export function BackCell({ back }: { back: Back }) {
  const { t, text } = useWords();
  const facts = useBackFacts(back);
  return (
    <>
      {facts.length > 0 ? (
        <dl className={css.facts}>
          {facts.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      ) : (
        <p className={css.none}>{t("journey.noBack")}</p>
      )}
      <p className={css.playsName}>{t("journey.plays")}</p>
      {back.plays.length === 0 ? (
        <p className={css.none}>{t("journey.noPlays")}</p>
      ) : (
        <ul className={css.lines}>
          {back.plays.slice(0, PLAYS).map((play) => (
            <li key={play.play} className={css.play}>
              {text(play.name)}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

/** What the company did in the stage, as far as there is anything to say. */
export function useBackFacts(back: Back): (readonly [string, ReactNode])[] {
  const { t } = useWords();
  const f = useFormat();
  const facts: (readonly [string, ReactNode])[] = [];
  if (back.asa.value !== null) facts.push([t("journey.asa"), f.duration(back.asa.value)]);
  if (back.handling_s !== null) facts.push([t("journey.handling"), f.duration(back.handling_s)]);
  if (back.abandoned.value !== null) facts.push([t("journey.abandoned"), f.percent(back.abandoned.value, 0)]);
  if (back.late.value !== null) facts.push([t("journey.late"), f.percent(back.late.value, 0)]);
  return facts;
}
