import { useConfig } from "@/api/config";
import type { PersonRecord, PositionRecord } from "@/api/people";
import { useFormat, useWords } from "@/i18n";
import { PhaseTag } from "@/parts/Tag";
import { useNow } from "@/parts/useNow";
import css from "./Person.module.css";
import { stops } from "./track";

/** Where the person is on the main journey, since when, how they came; other journeys below. */
export function Where({ person }: { person: PersonRecord }) {
  const { t } = useWords();
  const [main, ...others] = person.positions;
  return (
    <div className={css.here}>
      <h2 className={css.partTitle}>{t("person.where")}</h2>
      {main ? <Main position={main} /> : <p className="quiet">{t("person.noPosition")}</p>}
      {others.length > 0 && (
        <div className={css.others}>
          <p className={css.quiet}>{t("person.otherJourneys")}</p>
          <ul>
            {others.map((position) => (
              <Other key={position.journey.id} position={position} />
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}

function useSince(since: string): string {
  const f = useFormat();
  return f.length((useNow().getTime() - Date.parse(since)) / 1000);
}

function Main({ position }: { position: PositionRecord }) {
  const { t, text } = useWords();
  const since = useSince(position.since);
  return (
    <>
      <p className={css.stage}>
        {text(position.stage.name)} <PhaseTag phase={position.phase} />
      </p>
      <p className={css.quiet}>
        {[
          t("people.since", { time: since }),
          position.came_from && t("person.cameFrom", { stage: text(position.came_from.name) }),
          position.touchpoint && t("person.through", { touchpoint: text(position.touchpoint.name) }),
        ]
          .filter(Boolean)
          .join(" · ")}
      </p>
    </>
  );
}

/** The line of the main journey's stages with the person on it. */
export function Track({ position }: { position: PositionRecord | undefined }) {
  const { t, text } = useWords();
  const journey = useConfig().data?.journeys.find((each) => each.id === position?.journey.id);
  if (!journey || !position) return null;
  const line = stops(journey, position.stage.id, position.path.map((step) => step.stage.id));
  const said = { here: "person.trackHere", passed: "person.trackPassed", ahead: "person.trackAhead" } as const;
  return (
    <ol className={css.track} aria-label={t("person.track")}>
      {line.map(({ stage, stop }) => (
        <li key={stage.id} data-stop={stop} data-phase={stage.phase} aria-current={stop === "here" ? "step" : undefined}>
          <span className={css.stop} aria-hidden />
          <span className={css.stopName} aria-hidden>
            {text(stage.name)}
          </span>
          <span className="hidden-text">{t(said[stop], { stage: text(stage.name) })}</span>
        </li>
      ))}
    </ol>
  );
}

function Other({ position }: { position: PositionRecord }) {
  const { t, text } = useWords();
  const since = useSince(position.since);
  return (
    <li>
      <span className={css.quiet}>{text(position.journey.name)}</span> {t("person.whereSince", { stage: text(position.stage.name), time: since })}
    </li>
  );
}
