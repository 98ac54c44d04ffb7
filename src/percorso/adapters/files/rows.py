"""A row set as SQL: the driving file's rows, other files joined to them, rows grouped into one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import duckdb

from percorso.adapters.files.cells import LINE_MASK, Cell, Names, Piece, Problem, as_text, quoted
from percorso.adapters.files.layers import Layers
from percorso.adapters.files.lists import ListRows, Lists, list_rows
from percorso.adapters.files.staging import Staged
from percorso.adapters.files.values import Scope, computed_cell, error_sql, object_sql, position_sql
from percorso.adapters.files.wanted import lists_made
from percorso.model.errors import InvalidInput
from percorso.model.import_map import Group, Join, Objects, RowSet, Sum, Value


@dataclass(frozen=True, slots=True)
class Rows:
    """A row set ready to make events from. ``table`` has ``_pos``, ``_err``, ``_err_pos`` and the columns of ``names``.

    body     SQL of a row as JSON text, for quarantine
    content  SQL of what a row says, None when rows are grouped
    refused  SQL of (position, text, body) of the rows that never reach the table, None when there can be none
    """

    table: str
    names: Names
    made: Mapping[str, Piece]
    zone: str
    body: str
    content: str | None
    refused: str | None

    def scope(self, layers: Layers) -> Scope:
        return Scope(self.names, self.zone, self.made, layers)


@dataclass(slots=True)
class _Building:
    """A row set as it is put together. ``sources`` are its columns before they get a name of their own, ``cells`` after."""

    con: duckdb.DuckDBPyConnection
    staged: Mapping[str, Staged]
    lists: Lists
    zone: str
    fields: list[str] = field(default_factory=list)
    tables: list[str] = field(default_factory=list)
    sources: dict[str, Cell] = field(default_factory=dict)
    cells: dict[str, Cell] = field(default_factory=dict)
    made: dict[str, Piece] = field(default_factory=dict)

    def take(self, name: str, cell: Cell) -> None:
        """A column of the row set."""
        alias = f"x{len(self.cells)}"
        self.fields.append(f"{cell.sql} AS {alias}")
        self.sources[name] = cell
        self.cells[name] = Cell(alias, cell.kind, cell.decimal, cell.timed)

    def take_list(self, rows: ListRows, alias: str, *, grouped: bool) -> None:
        """What was made of a list."""
        for element in rows.elements:
            n = element.number
            self.fields.append(f"{alias}.v{n} AS v{n}, {alias}.e{n} AS e{n}, {alias}.p{n} AS p{n}")
            self.made[repr(element.value)] = element.made(grouped=grouped)

    def on(self, key: Iterable[tuple[str, str]]) -> str:
        """A join condition; pairs are (column here, SQL there)."""
        here = Names(self.sources, "what is joined so far")
        return " AND ".join(f"{as_text(here[mine])} = {there}" for mine, there in key)


def build_rows(
    con: duckdb.DuckDBPyConnection,
    row_set: RowSet,
    staged: Mapping[str, Staged],
    values: Iterable[Value],
    zone: str,
    table: str,
) -> Rows:
    """Make the table of a row set. `values` are all that its events and columns take from it."""
    lists = {repr(made): made for value in values for made in lists_made(value)}
    building = _Building(con, staged, lists, zone)
    driving = staged[row_set.role]
    if row_set.group is None:
        _take_rows(building, driving)
    else:
        _take_groups(building, driving, row_set.group)
    for number, join in enumerate(row_set.joins):
        take = _join_one if join.rows is None else _join_list
        take(building, join, f"j{number}")
    return _finish(building, row_set, driving, table)


def _finish(building: _Building, row_set: RowSet, driving: Staged, table: str) -> Rows:
    """Add the computed columns, and what is wrong with them."""
    where = f"{driving.names.where} (with what is joined to it)" if row_set.joins else driving.names.where
    layers = Layers("r")
    scope = Scope(Names(building.cells, where), building.zone, building.made, layers)
    chosen = [
        "_pos",
        *(["_raw"] if _has_raw(driving, row_set) else []),
        *(cell.sql for cell in building.cells.values()),
    ]
    chosen += [f"{part}{number}" for number in range(len(building.made)) for part in ("v", "e", "p")]
    cells = dict(building.cells)
    problems: list[Problem] = []
    for number, (name, value) in enumerate(row_set.columns):
        cell, wrong = computed_cell(value, scope)
        chosen.append(f"{cell.sql} AS y{number}")
        cells[name] = Cell(f"y{number}", cell.kind, cell.decimal, cell.timed)
        problems.extend(wrong)
    chosen += [f"{error_sql(problems)} AS _err", f"{position_sql(problems)} AS _err_pos"]
    inner = layers.over(f"SELECT {', '.join(building.fields)} FROM {' '.join(building.tables)}")
    kind = "TABLE" if row_set.joins or row_set.group else "VIEW"
    building.con.execute(f"CREATE {kind} {table} AS SELECT {', '.join(chosen)} FROM ({inner})")
    bare = {name: building.cells[name] for name in driving.cells}
    raw = _has_raw(driving, row_set)
    return Rows(
        table=table,
        names=Names(cells, where),
        made=building.made,
        zone=building.zone,
        body="_raw" if raw else row_json(bare),
        content=None if row_set.group else "_raw" if raw else row_json(dict(sorted(bare.items()))),
        refused=_without_group(row_set.group, driving),
    )


def _has_raw(driving: Staged, row_set: RowSet) -> bool:
    return driving.raw is not None and row_set.group is None


def row_json(cells: Mapping[str, Cell]) -> str:
    """SQL of a row as a JSON object of texts; what is missing is left out."""
    return object_sql((name, f"to_json({as_text(cell)})::VARCHAR") for name, cell in cells.items())


def _take_rows(building: _Building, driving: Staged) -> None:
    building.tables.append(f"{driving.table} d")
    building.fields.append("d._pos AS _pos")
    if driving.raw:
        building.fields.append(f"d.{driving.raw} AS _raw")
    for name, cell in driving.cells.items():
        building.take(name, cell.of("d"))


def _take_groups(building: _Building, driving: Staged, group: Group) -> None:
    columns = [cell.sql for cell in driving.cells.values()]
    rows = list_rows(
        f"{driving.table} e",
        columns,
        driving.names.of("e"),
        _of_list(building, group.rows),
        group.sort,
        zone=building.zone,
        role=driving.role,
        first=len(building.made),
    )
    keys = [driving.names[name].sql for name in group.by]
    alone = [column if column in keys else f"min({column}) AS {column}" for column in columns]
    present = " AND ".join(f"{key} IS NOT NULL" for key in keys)
    building.tables.append(
        f"(SELECT min(_pos) AS _pos, {', '.join([*alone, *rows.aggregates()])} FROM ({rows.select})"
        f" WHERE {present} GROUP BY {', '.join(keys)}) d"
    )
    building.fields.append("d._pos AS _pos")
    building.take_list(rows, "d", grouped=True)
    for name, cell in driving.cells.items():
        building.take(name, cell.of("d"))


def _of_list(building: _Building, rows: str) -> list[Sum | Objects]:
    return [value for value in building.lists.values() if value.rows == rows]


def _without_group(group: Group | None, driving: Staged) -> str | None:
    """The rows that belong to no group, because a column of the key is empty."""
    if group is None:
        return None
    empty = " OR ".join(f"{driving.names[name].sql} IS NULL" for name in group.by)
    text = quoted(f"missing_key|column {', '.join(group.by)} is empty, so the row belongs to no group; fill it in")
    return f"SELECT _pos, {text}, {driving.raw or row_json(driving.cells)} FROM {driving.table} WHERE {empty}"


def _join_one(building: _Building, join: Join, alias: str) -> None:
    other = building.staged[join.role]
    check_unique(building.con, other, [there for _, there in join.key])
    on = building.on((mine, as_text(other.names[there].of(alias))) for mine, there in join.key)
    building.tables.append(f"LEFT JOIN {other.table} {alias} ON {on}")
    for name, cell in other.cells.items():
        building.take(f"{join.role}.{name}", cell.of(alias))


def check_unique(con: duckdb.DuckDBPyConnection, other: Staged, key: list[str]) -> None:
    """Raise InvalidInput when a file joined one to one has a key twice: which row counts would be a matter of luck."""
    columns = ", ".join(other.names[name].sql for name in key)
    present = " AND ".join(f"{other.names[name].sql} IS NOT NULL" for name in key)
    twice = con.execute(
        f"SELECT max(_pos) FROM {other.table} WHERE {present} GROUP BY {columns} HAVING count(*) > 1 ORDER BY 1 LIMIT 1"
    ).fetchone()
    if twice is not None:
        raise InvalidInput(
            f"{other.names.where} has the same {', '.join(key)} twice (row {twice[0] & LINE_MASK}); give the join a "
            "`list` so that all its rows count, or remove the row"
        )


def _join_list(building: _Building, join: Join, alias: str) -> None:
    other = building.staged[join.role]
    names, tables = _with_inner(building, join, other)
    there = [other.names[name] for _, name in join.key]
    rows = list_rows(
        tables,
        list(dict.fromkeys(cell.sql for cell in there)),
        names,
        _of_list(building, join.rows or ""),
        join.sort,
        zone=building.zone,
        role=join.role,
        first=len(building.made),
    )
    keys = [as_text(cell) for cell in there]
    named = [f"{key} AS g{number}" for number, key in enumerate(keys)]
    on = building.on((mine, f"{alias}.g{number}") for number, (mine, _) in enumerate(join.key))
    building.tables.append(
        f"LEFT JOIN (SELECT {', '.join([*named, *rows.aggregates()])} FROM ({rows.select})"
        f" GROUP BY {', '.join(keys)}) {alias} ON {on}"
    )
    building.take_list(rows, alias, grouped=False)


def _with_inner(building: _Building, join: Join, other: Staged) -> tuple[Names, str]:
    """The rows of a list with the files joined to each of them: their columns and their tables."""
    names = other.names.of("e")
    tables = f"{other.table} e"
    for number, inner in enumerate(join.joins):
        third = building.staged[inner.role]
        check_unique(building.con, third, [there for _, there in inner.key])
        beside = third.names.of(f"k{number}")
        on = " AND ".join(f"{as_text(names[mine])} = {as_text(beside[there])}" for mine, there in inner.key)
        tables += f" LEFT JOIN {third.table} k{number} ON {on}"
        joined = {f"{inner.role}.{name}": cell for name, cell in beside.cells.items()}
        names = Names({**names.cells, **joined}, names.where)
    return names, tables
