"""Which columns of which file a map names: checked against the files before anything is made of them."""

from collections.abc import Iterator, Mapping

from percorso.model.condition import Condition
from percorso.model.fields import fields_of
from percorso.model.import_map import (
    Column,
    EventSpec,
    ImportMap,
    Join,
    Moment,
    Multiply,
    Number,
    Objects,
    RowSet,
    Sum,
    Text,
    Value,
    column_of,
    used_roles,
    used_row_sets,
)


def wanted_columns(import_map: ImportMap) -> Mapping[str, list[str]]:
    """role -> the columns it must have. A role that no event needs is not there."""
    wanted: dict[str, list[str]] = {role: [] for role in used_roles(import_map)}
    for row_set in used_row_sets(import_map):
        names = list(_row_names(row_set, import_map))
        computed = {name for name, _ in row_set.columns}
        for role, name in _placed(names, row_set.role, [join for join in row_set.joins if join.rows is None]):
            if name not in computed or role != row_set.role:
                wanted[role].append(name)
        for role, name in _of_keys_and_lists(row_set, import_map):
            wanted[role].append(name)
    return {role: list(dict.fromkeys(names)) for role, names in wanted.items()}


def values_of(row_set: RowSet, import_map: ImportMap) -> Iterator[Value]:
    """Every value that is taken from a row set."""
    for _, value in row_set.columns:
        yield value
    for event in import_map.events:
        if event.rows == row_set.name:
            for _, value in (*event.properties, *event.traits):
                yield value


def _row_names(row_set: RowSet, import_map: ImportMap) -> Iterator[str]:
    """Names read in the row itself, not in its lists."""
    for value in values_of(row_set, import_map):
        yield from _names(value)
    for event in import_map.events:
        if event.rows == row_set.name:
            yield from _event_names(event)


def _event_names(event: EventSpec) -> Iterator[str]:
    yield from event.key
    yield from (column.name for column in event.time.columns)
    yield from (column.name for _, column in event.identifiers)
    for given in (event.name, event.touchpoint):
        if isinstance(given, Column):
            yield given.name
    if event.when is not None:
        yield from condition_columns(event.when)


def condition_columns(condition: Condition) -> list[str]:
    """The columns that a condition reads."""
    return [column_of(name) for name in fields_of(condition)]


def _names(value: Value) -> Iterator[str]:
    if isinstance(value, Column):
        yield value.name
    elif isinstance(value, Text | Number):
        yield value.of.name
    elif isinstance(value, Moment):
        yield from (column.name for column in value.columns)
    elif isinstance(value, Multiply):
        yield from _names(value.left)
        yield from _names(value.right)


def _placed(names: list[str], role: str, joins: list[Join]) -> Iterator[tuple[str, str]]:
    """(role, column): ``customers.city`` is of the joined file customers, everything else of the file itself."""
    joined = {join.role for join in joins}
    for name in names:
        other, dot, column = name.partition(".")
        yield (other, column) if dot and other in joined else (role, name)


def _of_keys_and_lists(row_set: RowSet, import_map: ImportMap) -> Iterator[tuple[str, str]]:
    single: list[Join] = []
    for join in row_set.joins:
        yield from _placed([mine for mine, _ in join.key], row_set.role, single)
        yield from ((join.role, there) for _, there in join.key)
        if join.rows is None:
            single.append(join)
            continue
        elements = [*join.sort, *_element_names(join.rows, row_set, import_map)]
        yield from _placed(elements, join.role, list(join.joins))
        for inner in join.joins:
            yield from ((join.role, mine) for mine, _ in inner.key)
            yield from ((inner.role, there) for _, there in inner.key)
    if row_set.group is not None:
        elements = _element_names(row_set.group.rows, row_set, import_map)
        yield from ((row_set.role, name) for name in (*row_set.group.by, *row_set.group.sort, *elements))


def _element_names(rows: str, row_set: RowSet, import_map: ImportMap) -> list[str]:
    """Names read in the rows of a list."""
    names: list[str] = []
    for value in values_of(row_set, import_map):
        for made in lists_made(value):
            if made.rows == rows:
                parts = [made.of] if isinstance(made, Sum) else [part for _, part in made.each]
                names.extend(name for part in parts for name in _names(part))
    return names


def lists_made(value: Value) -> Iterator[Sum | Objects]:
    """The sums and lists inside a value."""
    if isinstance(value, Sum | Objects):
        yield value
    elif isinstance(value, Multiply):
        yield from lists_made(value.left)
        yield from lists_made(value.right)
