/** The board: every KPI, by what it is about. */
import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { BookOpenText, Download } from "lucide-react";
import { useBoard, type BoardRecord, type TileRecord } from "@/api/insight";
import { useFormat, useWords } from "@/i18n";
import { Await } from "@/parts/Await";
import { Page } from "@/parts/Page";
import { addDays } from "@/parts/period";
import { toCsv } from "@/pages/kpi/csv";
import { download } from "@/pages/kpi/download";
import { Tile } from "@/pages/today/Tile";
import css from "./Board.module.css";
import { themesOf } from "./themes";

export function BoardPage() {
  const { t } = useWords();
  const f = useFormat();
  const board = useBoard();
  const window = board.data?.window;
  return (
    <Page
      title={t("kpi.title")}
      lead={
        window &&
        t("board.lead", {
          from: f.date(window.from),
          to: f.date(addDays(window.to, -1)),
          n: Math.round((Date.parse(window.to) - Date.parse(window.from)) / 86_400_000),
        })
      }
      controls={
        <>
          <Button variant="default" leftSection={<BookOpenText size={16} aria-hidden />} renderRoot={(props) => <Link to="/definitions" {...props} />}>
            {t("board.definitions")}
          </Button>
          {board.data && <Export board={board.data} />}
        </>
      }
    >
      <Await query={board} height={420}>
        {({ tiles }) => themesOf(tiles).map(({ theme, told, silent }) => <Theme key={theme} theme={theme} told={told} silent={silent} />)}
      </Await>
    </Page>
  );
}

interface ThemeProps {
  theme: string;
  told: readonly TileRecord[];
  silent: readonly TileRecord[];
}

function Theme({ theme, told, silent }: ThemeProps) {
  const { t, text, word } = useWords();
  const f = useFormat();
  return (
    <section>
      <h2 className={css.theme}>{word("board.theme", theme)}</h2>
      <div className={css.tiles}>
        {told.map((tile) => (
          <Tile key={tile.kpi} tile={tile} level={3} />
        ))}
      </div>
      {silent.length > 0 && <p className={css.silent}>{t("board.noData", { names: f.list(silent.map((tile) => text(tile.name))) })}</p>}
    </section>
  );
}

function Export({ board }: { board: BoardRecord }) {
  const { t } = useWords();
  const rows = board.tiles.flatMap((tile) => [tile.now, tile.before]);
  return (
    <Button variant="default" leftSection={<Download size={16} aria-hidden />} onClick={() => download("board.csv", toCsv(rows))}>
      {t("kpi.export")}
    </Button>
  );
}
