import { UnstyledButton } from "@mantine/core";
import type { components } from "@/api/schema";
import { useWords } from "@/i18n";
import { ChannelIcon } from "@/parts/Channel";
import { PhaseShape } from "@/parts/Tag";
import css from "./Playbooks.module.css";

type Coverage = components["schemas"]["CoverageRecord"];

/** Touchpoints down, stages across; a filled cell opens its first play, an empty one is a moment without an answer. */
export function CoverageMatrix({ coverage, onOpen }: { coverage: Coverage; onOpen: (play: string) => void }) {
  const { t, text, word } = useWords();
  const names = new Map(coverage.plays.map((play) => [play.id, text(play.name)]));
  return (
    <div className={css.scroll} tabIndex={0} role="region" aria-label={t("playbooks.coverage")}>
      <table className={css.matrix}>
        <caption className="hidden-text">{t("playbooks.coverage")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("playbooks.touchpoint")}</th>
            {coverage.columns.map((column) => (
              <th key={column.stage.id} scope="col" data-phase={column.phase}>
                <span className={css.phase}>
                  <PhaseShape phase={column.phase} />
                  {word("phase", column.phase)}
                </span>
                {text(column.stage.name)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {coverage.rows.map((row) => (
            <tr key={row.touchpoint.id}>
              <th scope="row">
                <span className={css.touchpoint}>
                  <ChannelIcon channel={row.channel} />
                  {text(row.touchpoint.name)}
                </span>
              </th>
              {row.cells.map((cell) => (
                <td key={cell.stage}>
                  {cell.plays.length > 0 && <Filled plays={cell.plays} names={names} onOpen={onOpen} />}
                  {cell.hole && (
                    <span className={css.hole} title={t("playbooks.hole")}>
                      <span className="hidden-text">{t("playbooks.hole")}</span>
                    </span>
                  )}
                  {cell.plays.length === 0 && !cell.hole && <span className={css.unexpected} />}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface FilledProps {
  plays: readonly string[];
  names: ReadonlyMap<string, string>;
  onOpen: (play: string) => void;
}

function Filled({ plays, names, onOpen }: FilledProps) {
  return (
    <span className={css.filled}>
      {plays.map((play) => (
        <UnstyledButton key={play} className={css.cell} onClick={() => onOpen(play)}>
          {names.get(play) ?? play}
        </UnstyledButton>
      ))}
    </span>
  );
}
