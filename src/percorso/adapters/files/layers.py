"""Numbers and times read out of columns, each once.

SQL has no variables: an expression used in five places is written, planned and reckoned five times. So what is read of a
column is put into columns of its own, in layers of subqueries, and everything else names those.
"""

from dataclasses import dataclass, field

from percorso.adapters.files.cells import Cell, Piece, as_text, problem, quoted

DEPTH = 4

_NUMBER = r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?"
_COMMA_NUMBER = r"[+-]?(\d{1,3}(\.\d{3})+|\d+)(,\d+)?"
_ISO_DATE = r"\d{4}-\d\d?-\d\d?"
_ISO_TIME = r"[T ]\d\d?:\d\d(:\d\d(\.\d+)?)?"
_OFFSET = r" ?([zZ]|[+-]\d\d(:?\d\d)?)"

MACROS = (
    # A whole number is written without a point; infinite or no number is missing.
    """CREATE MACRO json_number(x) AS CASE
        WHEN NOT isfinite(x) THEN NULL
        WHEN x = trunc(x) AND abs(x) < 1e15 THEN x::BIGINT::VARCHAR
        ELSE to_json(x)::VARCHAR END""",
    """CREATE MACRO json_time(t) AS CASE WHEN epoch_us(t) % 1000 = 0
        THEN strftime(t, '"%Y-%m-%dT%H:%M:%S.%gZ"') ELSE strftime(t, '"%Y-%m-%dT%H:%M:%S.%fZ"') END""",
    f"CREATE MACRO plain_digits(t) AS CASE WHEN regexp_full_match(t, '{_NUMBER}') THEN t END",
    f"""CREATE MACRO comma_digits(t) AS CASE WHEN regexp_full_match(t, '{_COMMA_NUMBER}')
        THEN replace(replace(t, '.', ''), ',', '.') END""",
    r"""CREATE MACRO without_currency(t) AS regexp_replace(t, '^\s*[A-Z]{3}\s|[\p{Sc}\s]|\s[A-Z]{3}\s*$', '', 'g')""",
    f"""CREATE MACRO iso_civil(t) AS CASE WHEN regexp_full_match(t, '{_ISO_DATE}({_ISO_TIME})?')
        THEN try_cast(t AS TIMESTAMP) END""",
    f"""CREATE MACRO iso_instant(t) AS CASE WHEN regexp_full_match(t, '{_ISO_DATE}{_ISO_TIME}{_OFFSET}')
        THEN timezone('UTC', try_cast(regexp_replace(t, ' ([zZ+-])', '\\1') AS TIMESTAMPTZ)) END""",
    # A civil time in a zone: in a gap the offset before it, in a fold the first occurrence, as Python reads it. Each time looked
    # up in the zone costs much: nearly always the offset was the same an hour before, and there is no fold; UTC needs none.
    """CREATE MACRO first_instant(t, z, a) AS make_timestamp(epoch_us(CASE
        WHEN timezone(z, a - INTERVAL 1 HOUR) = t - INTERVAL 1 HOUR THEN a
        WHEN timezone(z, a - INTERVAL 1 HOUR) = t THEN a - INTERVAL 1 HOUR
        WHEN timezone(z, a - INTERVAL 30 MINUTE) = t THEN a - INTERVAL 30 MINUTE ELSE a END))""",
    "CREATE MACRO sane_time(t) AS CASE WHEN t >= '1900-01-01'::TIMESTAMP AND t < '2100-01-01'::TIMESTAMP THEN t END",
)
"""SQL macros that every connection has; they agree with model/time.py (a test holds them together)."""


@dataclass(slots=True)
class Layers:
    """The layers over one select. `prefix` keeps its columns apart from those of other layers.

    >>> layers = Layers("n")
    >>> layers.number(Cell("c0", "text"), "price", exact=True, money=False).sql
    'n0c'
    >>> layers.over("SELECT * FROM t").startswith("SELECT *")
    True
    """

    prefix: str
    _levels: list[list[str]] = field(default_factory=lambda: [[] for _ in range(DEPTH)])
    _known: dict[tuple[object, ...], Piece] = field(default_factory=dict)

    def over(self, select: str) -> str:
        """The select with what was read of its columns beside them."""
        for level in self._levels:
            if level:
                select = f"SELECT *, {', '.join(level)} FROM ({select})"
        return select

    def number(self, cell: Cell, name: str, *, exact: bool, money: bool) -> Piece:
        """A column as DOUBLE or, when exact, DECIMAL(18,6)."""
        key = ("number", cell, exact, money)
        if key not in self._known:
            self._known[key] = self._number(cell, name, exact=exact, money=money)
        return self._known[key]

    def _number(self, cell: Cell, name: str, *, exact: bool, money: bool) -> Piece:
        column = self._column()
        target = "DECIMAL(18,6)" if exact else "DOUBLE"
        comma = cell.decimal == "," and cell.kind == "text"
        if cell.kind == "number":
            self._levels[0].append(f"CASE WHEN isfinite({cell.sql}::DOUBLE) THEN {cell.sql} END AS {column}a")
            self._levels[1].append(f"try_cast({column}a AS {target}) AS {column}c")
        else:
            text = f"trim({as_text(cell)})"
            text = f"nullif({f'without_currency({text})' if money else text}, '')"
            self._levels[0].append(f"{text} AS {column}a")
            digits = "comma_digits" if comma else "plain_digits"
            self._levels[1].append(f"try_cast({digits}({column}a) AS {target}) AS {column}c")
        example = "1.234,50" if comma else "1234.50"
        detail = f"column {name} is no number such as {example}; mend it, or set `decimal` of the file in the map"
        wrong = problem(f"{column}a IS NOT NULL AND {column}c IS NULL", "invalid_number", detail)
        return Piece(f"{column}c", (wrong,))

    def moment(self, cell: Cell, name: str, formats: tuple[str, ...], zone: str) -> Piece:
        """A column as TIMESTAMP in UTC."""
        key = ("moment", cell, formats, zone)
        if key not in self._known:
            self._known[key] = self._moment(cell, name, formats, zone)
        return self._known[key]

    def _moment(self, cell: Cell, name: str, formats: tuple[str, ...], zone: str) -> Piece:
        """Levels: the column cleaned (a), the civil time (b) or instant (i) it says, an instant of b (d), the instant (c)."""
        column = self._column()
        place = quoted(zone)
        typed = cell.kind in ("time", "date", "instant")
        self._levels[0].append(
            f"{cell.sql if typed else f'nullif(trim({as_text(cell)}), {quoted(str())})'} AS {column}a"
        )
        civil, instant = _readings(cell, f"{column}a", formats)
        self._levels[1].append(f"{civil} AS {column}b, {instant} AS {column}i")
        self._levels[2].append(f"timezone({place}, {column}b) AS {column}d")
        read = f"sane_time(coalesce({column}i, first_instant({column}b, {place}, {column}d)))"
        self._levels[3].append(f"{read} AS {column}c")
        detail = (
            f"column {name} is no time that the map reads, or outside 1900 to 2100; mend it, or set `format` in the map"
        )
        wrong = problem(f"{column}a IS NOT NULL AND {column}c IS NULL", "invalid_timestamp", detail)
        return Piece(f"{column}c", (wrong,))

    def _column(self) -> str:
        return f"{self.prefix}{len(self._known)}"


def _readings(cell: Cell, column: str, formats: tuple[str, ...]) -> tuple[str, str]:
    """SQL of the civil time and of the instant that a column may say; at most one of them is there."""
    if cell.kind == "instant":
        return "NULL::TIMESTAMP", f"timezone('UTC', {column})"
    if cell.kind in ("time", "date"):
        return f"{column}::TIMESTAMP", "NULL::TIMESTAMP"
    if not formats:
        return f"iso_civil({column})", f"iso_instant({column})"
    instants = [_formatted(column, one) for one in formats if _is_instant(one)]
    civil = [f"try_strptime({column}, {quoted(one)})" for one in formats if not _is_instant(one)]
    if cell.timed:
        civil.insert(0, f"iso_civil({column})")
    return _first(civil), _first(instants)


def _is_instant(pattern: str) -> bool:
    return pattern.startswith("unix") or "%z" in pattern


def _formatted(column: str, pattern: str) -> str:
    if not pattern.startswith("unix"):
        return f"timezone('UTC', try_strptime({column}, {quoted(pattern)}))"
    factor = 1_000_000 if pattern == "unix_s" else 1_000
    return f"make_timestamp(try_cast(try_cast(plain_digits({column}) AS DECIMAL(20,6)) * {factor} AS BIGINT))"


def _first(readings: list[str]) -> str:
    return f"coalesce({', '.join(readings)})" if readings else "NULL::TIMESTAMP"
