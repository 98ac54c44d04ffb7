/** The board: every KPI, by what it is about. */
import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { BookOpenText, Download, FileText } from "lucide-react";
import { useBoard, type TileRecord } from "@/api/insight";
import { useFormat, useWords } from "@/i18n";
import { Await } from "@/parts/Await";
import { Page } from "@/parts/Page";
import { addDays } from "@/parts/period";
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
          {board.data && <Files />}
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

/** The same board to be taken along. */
function Files() {
  const { t, language } = useWords();
  return (
    <>
      <Button component="a" href="/api/insight/board/csv" download="board.csv" variant="default" leftSection={<Download size={16} aria-hidden />}>
        {t("kpi.export")}
      </Button>
      <Button component="a" href={`/api/insight/board/pdf?language=${language}`} download="board.pdf" variant="default" leftSection={<FileText size={16} aria-hidden />}>
        {t("board.pdf")}
      </Button>
    </>
  );
}
