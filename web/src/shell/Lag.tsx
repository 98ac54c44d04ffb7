/** How far processing is behind, on every page: what you read reaches as far as this says. */
import { Tooltip } from "@mantine/core";
import { useStatus } from "@/api/status";
import { useFormat, useWords } from "@/i18n";
import css from "./Shell.module.css";

/** A lag below this is the ordinary breathing of a busy company. */
const CALM = 200;

export function Lag({ compact }: { compact?: boolean }) {
  const { t, tn } = useWords();
  const f = useFormat();
  const { data, isError } = useStatus();
  const behind = data?.behind ?? 0;
  const state = isError ? "lost" : behind <= CALM ? "calm" : "busy";
  const said = isError ? t("lag.unknown") : behind === 0 ? t("lag.none") : tn("lag.behind", behind);
  const lane = (name: "live" | "import") => f.whole(data?.lanes.find((each) => each.lane === name)?.behind ?? 0);
  return (
    <Tooltip label={t("lag.about", { live: lane("live"), import: lane("import") })} disabled={!data}>
      <div className={css.lag} data-state={state} data-testid="lag">
        <span className={css.lagDot} aria-hidden />
        <span className={compact ? "hidden-text" : undefined}>{said}</span>
      </div>
    </Tooltip>
  );
}
