import type { CSSProperties, ReactNode } from "react";
import type { JourneyMapRecord, StageColumnRecord } from "@/api/insight";
import { useFormat, useWords } from "@/i18n";
import { PhaseShape } from "@/parts/Tag";
import { LENSES, type Lens } from "@/search";
import { BackCell, ExperienceCell, FrontCell } from "./cells";
import { curvePoints, phaseRuns } from "./curve";
import css from "./Journey.module.css";
import { MoodCurve, MoodHere } from "./MoodCurve";

interface MapGridProps {
  map: JourneyMapRecord;
  onOpen: (stage: string, lens: Lens) => void;
}

/** Wide screens: stages as columns of one line with stops. Narrow ones: the stages one under the other. */
export function MapGrid({ map, onOpen }: MapGridProps) {
  const { t } = useWords();
  return (
    <div className={css.scroll} tabIndex={0} role="region" aria-label={t("journey.map")}>
      <div className={css.grid} style={{ "--stages": map.stages.length } as CSSProperties}>
        <Phases stages={map.stages} />
        {map.stages.map((stage, i) => (
          <StageHead key={stage.stage} stage={stage} people={map.people} column={i} last={i === map.stages.length - 1} />
        ))}
        <LensName lens="front" row={3} />
        <Row lens="front" row={3} map={map} onOpen={onOpen} cell={(stage, i) => <FrontCell front={stage.front} last={i === map.stages.length - 1} />} />
        <LensName lens="experience" row={4} />
        <div className={css.curve} data-empty={curvePoints(map.stages).length === 0 || undefined} style={{ gridRow: 4, gridColumn: "2 / -1" }}>
          <MoodCurve stages={map.stages} />
        </div>
        <Row
          lens="experience"
          row={5}
          map={map}
          onOpen={onOpen}
          cell={(stage) => (
            <>
              <div className={css.narrowOnly}>
                <MoodHere mood={stage.experience.mood} />
              </div>
              <ExperienceCell experience={stage.experience} />
            </>
          )}
        />
        <p className={css.visibility} style={{ gridRow: 6, gridColumn: "1 / -1" }}>
          <span>{t("journey.visibility")}</span>
        </p>
        <LensName lens="back" row={7} />
        <Row lens="back" row={7} map={map} onOpen={onOpen} cell={(stage) => <BackCell back={stage.back} />} />
      </div>
    </div>
  );
}

function Phases({ stages }: { stages: readonly StageColumnRecord[] }) {
  const { word } = useWords();
  return phaseRuns(stages).map((run) => (
    <p key={run.start} className={css.phase} data-phase={run.phase} style={{ gridRow: 1, gridColumn: `${run.start + 2} / span ${run.span}`, "--order": run.start * 10 } as CSSProperties}>
      <PhaseShape phase={run.phase} />
      {word("phase", `${run.phase}.long`)}
    </p>
  ));
}

interface StageHeadProps {
  stage: StageColumnRecord;
  people: number;
  column: number;
  last: boolean;
}

/** A stop on the line: its name, who is here now, who came by. */
function StageHead({ stage, people, column, last }: StageHeadProps) {
  const { t, tn, text } = useWords();
  const f = useFormat();
  const { front } = stage;
  return (
    <div className={css.stage} data-phase={stage.phase} data-last={last || undefined} style={{ gridRow: 2, gridColumn: column + 2, "--order": column * 10 + 1 } as CSSProperties}>
      <span className={css.stop} aria-hidden />
      <h2 className={css.stageName}>{text(stage.name)}</h2>
      <p className={css.here} title={tn("journey.nowLong", front.live)}>
        {front.live > 0 && <span className={css.liveDot} aria-hidden />}
        {t("journey.now", { n: f.whole(front.live) })}
      </p>
      <p className={css.came}>
        <strong>{tn("journey.people", front.people)}</strong> {people > 0 && <span>{t("journey.share", { share: f.percent(front.share, 0) })}</span>}
      </p>
      <span className={css.bar} aria-hidden>
        <span style={{ width: `${Math.min(100, front.share * 100)}%` }} />
      </span>
    </div>
  );
}

function LensName({ lens, row }: { lens: Lens; row: number }) {
  const { t } = useWords();
  const span = lens === "experience" ? 2 : 1;
  return (
    <div className={css.lens} style={{ gridRow: `${row} / span ${span}`, gridColumn: 1 }}>
      <h2 className={css.lensName}>{t(`journey.lens.${lens}`)}</h2>
      <p className={css.lensAbout}>{t(`journey.lens.${lens}.about`)}</p>
    </div>
  );
}

/** Nothing to tell through this lens: left out where screens are narrow. */
function isSilent({ experience, back }: StageColumnRecord, lens: Lens): boolean {
  if (lens === "experience") return experience.mood.n === 0 && experience.frictions.length === 0 && experience.quotes.length === 0;
  return lens === "back" && back.plays.length === 0 && back.handled === 0 && back.late.n === 0 && back.abandoned.n === 0;
}

interface RowProps extends MapGridProps {
  lens: Lens;
  row: number;
  cell: (stage: StageColumnRecord, index: number) => ReactNode;
}

function Row({ lens, row, map, onOpen, cell }: RowProps) {
  const { t, text } = useWords();
  const place = LENSES.indexOf(lens) + 2;
  return map.stages.map((stage, i) => (
    <div key={stage.stage} className={css.cell} data-lens={lens} data-empty={isSilent(stage, lens) || undefined} style={{ gridRow: row, gridColumn: i + 2, "--order": i * 10 + place } as CSSProperties}>
      <h3 className={css.cellLens}>{t(`journey.lens.${lens}`)}</h3>
      {cell(stage, i)}
      <button type="button" className={css.cellOpen} onClick={() => onOpen(stage.stage, lens)} aria-label={t("journey.openStage", { stage: text(stage.name), lens: t(`journey.lens.${lens}`) })} />
    </div>
  ));
}
