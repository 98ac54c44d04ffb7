"""What a question in SQL may be: one SELECT over the tables there are, and nothing that reaches outside.

This is the first of two walls and gives the clear messages; the second is the sandbox it runs in (duckdb_engine.py),
where DuckDB itself opens no file but the pinned ones, loads no extension and changes no setting.
"""

from collections.abc import Collection

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from percorso.model.errors import InvalidQuery

MAX_QUERY = 100_000
_ROWS_FROM = frozenset(("unnest", "range", "generate_series"))
"""Functions that may stand where a table stands."""
_FORBIDDEN = frozenset(
    (
        *("query", "query_table", "getenv", "current_setting", "set_config", "getvariable", "sniff_csv", "glob"),
        *("which_secret", "add_parquet_key", "force_checkpoint", "checkpoint", "from_substrait", "from_substrait_json"),
    )
)
_FORBIDDEN_STARTS = ("read_", "parquet_", "duckdb_", "pragma_", "sqlite_", "postgres_", "iceberg_", "delta_", "pg_")


def check_query(query: str, tables: Collection[str]) -> set[str]:
    """The tables that a question reads. Raises InvalidQuery, saying what to do, when it may not be asked."""
    if len(query) > MAX_QUERY:
        raise InvalidQuery(f"the query is longer than {MAX_QUERY} characters")
    tree = _parse(query)
    for node in tree.walk():
        _check_node(node)
    named = {cte.alias_or_name.lower() for cte in tree.find_all(exp.CTE)}
    read: set[str] = set()
    for table in tree.find_all(exp.Table):
        name = _table_name(table, tables, named)
        if name is not None:
            read.add(name)
    return read


def _parse(query: str) -> exp.Expression:
    try:
        trees = [tree for tree in sqlglot.parse(query, dialect="duckdb") if tree is not None]
    except (SqlglotError, RecursionError) as error:
        first = str(error).splitlines()[0] if str(error) else "it is nested too deeply"
        raise InvalidQuery(f"the query cannot be read: {first}") from None
    if len(trees) != 1:
        raise InvalidQuery("ask one question at a time: one SELECT statement")
    tree = trees[0]
    if not isinstance(tree, exp.Select | exp.SetOperation | exp.Values | exp.Subquery):
        raise InvalidQuery("only questions are allowed: begin with SELECT, WITH or VALUES")
    return tree


def _check_node(node: exp.Expression) -> None:
    if isinstance(node, exp.DDL | exp.DML | exp.Command | exp.Into) and not isinstance(node, exp.Query):
        raise InvalidQuery("only questions are allowed; this one would change something")
    if isinstance(node, exp.Func):
        name = (node.name if isinstance(node, exp.Anonymous) else node.sql_name()).lower()
        if name in _FORBIDDEN or name.startswith(_FORBIDDEN_STARTS):
            raise InvalidQuery(f"the function {name} is not allowed here")


def _table_name(table: exp.Table, tables: Collection[str], named: set[str]) -> str | None:
    """The one of our tables that is read; None for a name the query made itself or a harmless row function."""
    if not isinstance(table.this, exp.Identifier):
        function = table.this
        name = (function.name if isinstance(function, exp.Anonymous) else function.sql_name()).lower()
        if name in _ROWS_FROM or isinstance(function, exp.Unnest | exp.GenerateSeries):
            return None
        raise InvalidQuery(f"{name} is not a table; there are {', '.join(sorted(tables))}")
    name = table.name.lower()
    if table.db or table.catalog:
        raise InvalidQuery(f"write {name} without anything before it; there are {', '.join(sorted(tables))}")
    if name in named:
        return None
    if name not in tables:
        raise InvalidQuery(f"there is no table {name!r}; there are {', '.join(sorted(tables))}")
    return str(name)
