/** One target on a tile: what is wanted, how it stands, how many days are left. */
import { CircleCheck, CircleDashed, CircleX } from "lucide-react";
import type { StandingRecord } from "@/api/kpis";
import { useSegments } from "@/api/segments";
import { useFormat, useWords } from "@/i18n";
import { aimText, daysText, targetTone, verdictText } from "./target";
import css from "./TargetLine.module.css";

const ICON = { good: CircleCheck, bad: CircleX, neutral: CircleDashed } as const;

interface TargetLineProps {
  standing: StandingRecord;
  /** The variant that the page is about; another one is named. */
  variant?: string;
}

export function TargetLine({ standing, variant }: TargetLineProps) {
  const words = useWords();
  const f = useFormat();
  const tone = targetTone(standing);
  const Icon = ICON[tone];
  const of = [standing.variant !== variant && words.text(standing.name)].filter(Boolean).join(", ");
  return (
    <div className={css.target} data-tone={tone}>
      <Icon size={17} aria-hidden />
      <p>
        {of && <span className={css.of}>{of}</span>}
        {standing.segment && <SegmentName id={standing.segment} />}
        <strong>{verdictText(standing, words)}</strong>
        <span className={css.aim}>
          {aimText(standing, words, f)} · {daysText(standing, words)} · {standing.owner}
        </span>
      </p>
    </div>
  );
}

function SegmentName({ id }: { id: string }) {
  const { t, text } = useWords();
  const known = useSegments().data?.segments.find((each) => each.segment.id === id);
  return <span className={css.of}>{t("target.of", { segment: known ? text(known.segment.name) : id })}</span>;
}
