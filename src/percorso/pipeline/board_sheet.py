"""The board as a sheet to be printed, in a language: each theme a table, each KPI a row with its last thirteen weeks."""

from datetime import date, timedelta

from percorso.insight.board import Board, Tile
from percorso.insight.kpi.result import Difference, KpiRow, Unit
from percorso.insight.kpi.target import FEWEST, Standing
from percorso.model.sheet import Sheet, SheetPart, SheetRow
from percorso.pipeline.board_words import THEMES, WORDS


def board_sheet(board: Board, company: str, language: str) -> Sheet:
    """`language`: it or en. KPIs without data in the period are named at the end."""
    paper = _Paper(language)
    silent = [tile for tile in board.tiles if not tile.now.n and not tile.targets]
    shown = [tile for tile in board.tiles if tile not in silent]
    themes = {theme: [tile for tile in shown if tile.theme == theme] for theme in THEMES}
    names = ", ".join(tile.name[language] for tile in silent)
    last = board.window.end - timedelta(days=1)
    return Sheet(
        title=f"{company} – {paper.say('title')}",
        lead=paper.say("lead", start=paper.day(board.window.start), end=paper.day(last), days=str(board.window.days)),
        parts=tuple(
            SheetPart(
                title=THEMES[theme][language],
                head=tuple(paper.say(word) for word in ("kpi", "value", "interval", "n", "change", "weeks")),
                rows=tuple(paper.row(tile) for tile in tiles),
            )
            for theme, tiles in themes.items()
            if tiles
        ),
        closing=(paper.say("how"), *([paper.say("silent", names=names)] if names else [])),
        foot=f"{company} – {paper.say('title')}, {paper.day(board.today)}",
        language=language,
    )


class _Paper:
    """Texts and figures of one language."""

    def __init__(self, language: str) -> None:
        self._language = language

    def say(self, word: str, **given: str) -> str:
        return WORDS[word][self._language].format(**given)

    def row(self, tile: Tile) -> SheetRow:
        return SheetRow(
            cells=(
                tile.name[self._language],
                self._value(tile.now, tile.unit),
                self._interval(tile.now, tile.unit),
                self._number(tile.now.n, 0),
                self._change(tile),
            ),
            notes=(
                *(self._target(one) for one in tile.targets),
                *([] if tile.now.complete else [self.say("open_end")]),
            ),
            line=tuple(None if week.n < FEWEST else week.value for week in tile.weeks),
        )

    def day(self, day: date) -> str:
        months = self.say("months").split()
        return f"{day.day} {months[day.month - 1]} {day.year}"

    def _value(self, row: KpiRow, unit: Unit) -> str:
        if row.value is None or row.n < FEWEST:
            return "–"
        return " ".join([self.figure(row.value, unit), *([row.currency] if row.currency else [])])

    def _interval(self, row: KpiRow, unit: Unit) -> str:
        if row.ci_low is None or row.ci_high is None or row.n < FEWEST:
            return "–"
        return self.say("between", low=self.figure(row.ci_low, unit), high=self.figure(row.ci_high, unit))

    def _change(self, tile: Tile) -> str:
        """The difference with its interval; one that may be luck says so."""
        apart: Difference | None = tile.difference
        if apart is None or min(tile.now.n, tile.before.n) < FEWEST:
            return "–"
        value, low, high = (self._signed(at, tile.unit) for at in (apart.value, apart.ci_low, apart.ci_high))
        return self.say("apart" if apart.is_clear else "unclear", value=value, low=low, high=high)

    def _target(self, one: Standing) -> str:
        verdict = {"missed": "missed" if one.is_final else "not_yet"}.get(one.verdict, one.verdict)
        said = self.say(
            f"at_{one.better}", value=self.figure(one.value, one.unit), due=self.day(one.due), owner=one.owner
        )
        of = f"{one.name[self._language]}: " if one.variant != one.kpi else ""
        among = "" if one.segment is None else f" ({one.segment})"
        return f"{of}{said}{among} – {self.say(verdict)}"

    def figure(self, value: float, unit: Unit) -> str:
        """A value as the pages write it."""
        if unit == "share":
            return f"{self._number(100 * value, 1)}\u00a0%"
        if unit == "seconds":
            return f"{self._number(value, 0)}\u00a0s"
        if unit == "points":
            return f"{'+' if value > 0 else ''}{self._number(value, 0)}"
        digits = {"count": 1, "amount": 0 if value == int(value) else 2}
        return self._number(value, digits.get(unit, 2))

    def _signed(self, value: float, unit: Unit) -> str:
        text = self._number(100 * value, 1) if unit == "share" else self.figure(value, unit)
        return text if text.startswith(("+", "−")) or not value else f"+{text}"

    def _number(self, value: float, digits: int) -> str:
        text = f"{value:,.{digits}f}".replace("-", "−")
        return text.translate(str.maketrans(",.", ".,")) if self._language == "it" else text
