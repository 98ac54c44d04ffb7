import { Button, Drawer, SegmentedControl } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { JourneyMapRecord, StageColumnRecord } from "@/api/insight";
import { useMay } from "@/api/session";
import { useFormat, useWords } from "@/i18n";
import { ChannelIcon } from "@/parts/Channel";
import { Facts } from "@/parts/Facts";
import { KpiNumber } from "@/parts/KpiNumber";
import { MoodMark } from "@/parts/Mood";
import type { Window } from "@/parts/period";
import { PhaseTag, Tag } from "@/parts/Tag";
import { When } from "@/parts/When";
import { LENSES, type Lens } from "@/search";
import { useBackFacts } from "./cells";
import css from "./Journey.module.css";
import { MoodHere } from "./MoodCurve";

interface StageDrawerProps {
  map: JourneyMapRecord;
  stage: StageColumnRecord | null;
  lens: Lens;
  window: Window;
  onLens: (lens: Lens) => void;
  onClose: () => void;
}

/** One stage through one lens, in full, and the way to its people. */
export function StageDrawer({ map, stage, lens, window, onLens, onClose }: StageDrawerProps) {
  const { t, text } = useWords();
  const mayPeople = useMay("people");
  return (
    <Drawer opened={stage !== null} onClose={onClose} size={540} title={stage && text(stage.name)} closeButtonProps={{ "aria-label": t("shell.close") }}>
      {stage && (
        <div className={css.drawer}>
          <div>
            <PhaseTag phase={stage.phase} long />
          </div>
          <SegmentedControl fullWidth styles={{ label: { whiteSpace: "normal" } }} aria-label={t("journey.lens")} value={lens} onChange={(value) => onLens(value as Lens)} data={LENSES.map((each) => ({ value: each, label: t(`journey.lens.${each}`) }))} />
          {lens === "front" && <FrontDetail stage={stage} />}
          {lens === "experience" && <ExperienceDetail stage={stage} />}
          {lens === "back" && <BackDetail stage={stage} />}
          {mayPeople && stage.front.people > 0 && (
            <Button renderRoot={(props) => <Link to="/people" search={{ journey: map.journey, stage: stage.stage, ...window }} {...props} />}>
              {t("journey.seePeople")}
            </Button>
          )}
        </div>
      )}
    </Drawer>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <h3 className={css.partTitle}>{title}</h3>
      {children}
    </section>
  );
}

function FrontDetail({ stage: { front } }: { stage: StageColumnRecord }) {
  const { t, tn, text, word } = useWords();
  const f = useFormat();
  const { conversion } = front;
  return (
    <>
      <Facts
        facts={[
          [t("journey.table.now"), f.whole(front.live)],
          [t("journey.table.people"), `${f.whole(front.people)} (${f.percent(front.share, 1)})`],
          [
            t("journey.conversion"),
            conversion.value !== null &&
              t("journey.conversionOf", { value: f.percent(conversion.value, 1), low: f.percent(conversion.ci_low ?? 0, 1), high: f.percent(conversion.ci_high ?? 0, 1) }),
          ],
          [
            t("journey.stayed"),
            front.waiting + front.lost > 0 && (
              <>
                {[tn("journey.waiting", front.waiting), tn("journey.lost", front.lost)].join(", ")}
                <span className={css.sub}>{t("journey.stayedAbout")}</span>
              </>
            ),
          ],
          [t("journey.table.median"), front.median_next_s !== null && f.duration(front.median_next_s)],
        ]}
      />
      <Part title={t("journey.touchpoints")}>
        {front.touchpoints.length === 0 && <p className={css.none}>{t("journey.noTouchpoints")}</p>}
        <ul className={css.rows}>
          {front.touchpoints.map((touchpoint) => (
            <li key={touchpoint.touchpoint ?? "?"}>
              <ChannelIcon channel={touchpoint.channel} />
              <span className={css.grow}>
                {touchpoint.touchpoint ? text(touchpoint.name) || touchpoint.touchpoint : t("journey.unknownTouchpoint")}
                <span className={css.sub}>{[word("channel", touchpoint.channel ?? "unknown"), t(touchpoint.physical ? "place.physical" : "place.digital")].join(" · ")}</span>
              </span>
              <span className={css.figures}>
                {tn("journey.people", touchpoint.people)}
                <span className={css.sub}>{f.percent(touchpoint.share, 1)}</span>
              </span>
            </li>
          ))}
        </ul>
      </Part>
    </>
  );
}

function ExperienceDetail({ stage: { experience } }: { stage: StageColumnRecord }) {
  const { t, tn, word } = useWords();
  return (
    <>
      <Part title={t("journey.mood")}>
        <MoodHere mood={experience.mood} />
      </Part>
      <Part title={t("journey.scores")}>
        <div className={css.pairs}>
          {[experience.csat, experience.nps].map((row) => (
            <div key={row.kpi}>
              <p className="quiet">{word("kpi", row.kpi)}</p>
              <KpiNumber row={row} unit={row.kpi === "nps" ? "points" : "share"} size="small" />
            </div>
          ))}
        </div>
      </Part>
      <Part title={t("journey.frictions")}>
        {experience.frictions.length === 0 && <p className={css.none}>{t("journey.noFrictions")}</p>}
        <ul className={css.rows}>
          {experience.frictions.map((friction) => (
            <li key={friction.kind}>
              <span className={css.grow}>{word("friction", friction.kind)}</span>
              <span className={css.figures}>
                {tn("journey.people", friction.people)}
                <span className={css.sub}>{tn("journey.times", friction.events)}</span>
              </span>
            </li>
          ))}
        </ul>
        {experience.frictions.length > 0 && <Link to="/friction">{t("friction.cost")}</Link>}
      </Part>
      <Part title={t("journey.quotes")}>
        {experience.quotes.length === 0 && <p className={css.none}>{t("journey.noQuotes")}</p>}
        <ul className={css.quotes}>
          {experience.quotes.map((quote) => (
            <li key={quote.message_id}>
              <blockquote className={css.quoteFull} lang={quote.language ?? undefined}>
                {quote.text}
              </blockquote>
              <p className={css.sub}>
                {quote.mood !== null && <MoodMark mood={quote.mood} short size={17} />} <When at={quote.at} /> <Author id={quote.person_id} />
              </p>
            </li>
          ))}
        </ul>
      </Part>
    </>
  );
}

function Author({ id }: { id: string | null }) {
  const { t } = useWords();
  const may = useMay("people");
  if (!id || !may) return null;
  return (
    <Link to="/people/$id" params={{ id }}>
      {t("journey.whoSaid")}
    </Link>
  );
}

function BackDetail({ stage: { back } }: { stage: StageColumnRecord }) {
  const { t, text } = useWords();
  const f = useFormat();
  const facts = useBackFacts(back);
  const counts: (readonly [string, string])[] = [];
  if (back.abandoned.n) counts.push([t("journey.abandoned"), t("journey.of", { count: f.whole(back.abandoned.count), n: f.whole(back.abandoned.n) })]);
  if (back.late.n) counts.push([t("journey.late"), t("journey.of", { count: f.whole(back.late.count), n: f.whole(back.late.n) })]);
  const joined = facts.map(([name, value]) => {
    const count = counts.find(([other]) => other === name)?.[1];
    return [name, count ? `${String(value)} (${count})` : value] as const;
  });
  return (
    <>
      {joined.length > 0 ? <Facts facts={joined} /> : <p className={css.none}>{t("journey.noBack")}</p>}
      <Part title={t("journey.plays")}>
        {back.plays.length === 0 && <p className={css.none}>{t("journey.noPlays")}</p>}
        <ul className={css.rows}>
          {back.plays.map((play) => (
            <li key={play.play}>
              <Link to="/playbooks" search={{ play: play.play }} className={css.grow}>
                {text(play.name)}
              </Link>
              <Tag tone="accent">{t(`intent.${play.intent}`)}</Tag>
            </li>
          ))}
        </ul>
      </Part>
    </>
  );
}
