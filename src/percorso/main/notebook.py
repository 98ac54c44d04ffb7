"""A company opened to be looked at: its tables and definitions as Ibis, for notebooks and scripts. It writes nothing.

>>> import percorso                                           # doctest: +SKIP
>>> company = percorso.open("percorso-data")                  # doctest: +SKIP
>>> company.events.group_by("name").agg(n=company.events.count()).execute()     # doctest: +SKIP
"""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any

from percorso.adapters.duckdb_bound import BoundTables
from percorso.adapters.engine_tables import pin
from percorso.insight.kpi.about import find
from percorso.insight.kpi.ask import ask
from percorso.insight.kpi.definition import Definition
from percorso.insight.kpi.result import KpiRow
from percorso.main.company import Company, open_company
from percorso.model.tables import TABLES, ColumnOf
from percorso.settings import Settings


class Notebook:
    """Tables of one moment, as attributes: `events`, `people` and the others of docs/lake.md.

    `refresh` goes on to the present moment. Use it in a ``with``, or `close` it.
    """

    def __init__(self, company: Company) -> None:
        self._company = company
        self._tables = self._pinned()

    def __getattr__(self, name: str) -> Any:
        if name not in TABLES:
            raise AttributeError(f"there is no table {name!r}; there are {', '.join(TABLES)}")
        return self._tables.table(name)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *TABLES]

    def __enter__(self) -> "Notebook":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def refresh(self) -> None:
        """Look at the present moment from here on. Tables taken before belong to the former one."""
        tables = self._pinned()
        self._tables.close()
        self._tables = tables

    def close(self) -> None:
        """Let go of everything."""
        self._tables.close()
        self._company.close()

    def columns(self, table: str) -> Mapping[str, ColumnOf]:
        """What the columns of a table hold."""
        return TABLES[table]

    def definition(self, kpi: str) -> Definition:
        """A KPI or a variant of it, by name. Raises NotFound, listing those there are."""
        return find(kpi, None, self._company.kpi_book.known())[0]

    def kpi(
        self,
        kpi: str | Definition,
        by: Sequence[str] = (),
        start: date | None = None,
        end: date | None = None,
    ) -> list[KpiRow]:
        """A KPI with interval, n and completeness: the whole, then a row a group. Days are company-local, `end` is the first
        day that is not in; None = as far as there are events. A definition of your own works like those that ship."""
        definition = self.definition(kpi) if isinstance(kpi, str) else kpi
        with self._company.analyst.reading() as reader:
            return ask(reader, definition, by, start, end)

    def units(self, kpi: str | Definition) -> Any:
        """The rows a KPI counts (answers, calls, people) as an Ibis table, to look into."""
        definition = self.definition(kpi) if isinstance(kpi, str) else kpi
        with self._company.analyst.reading() as reader:
            window = reader.span(definition.names)
            known = 0 if window is None else reader.known_day(definition.names, window)
        return definition.units(self._counted(), known)

    def _counted(self) -> Any:
        events = self._tables.table("events")
        return events if self._company.robots_in else events.filter(~events.robot)

    def _pinned(self) -> BoundTables:
        company = self._company
        moment = pin(company.log_database, company.state_database, company.lake_folder)
        return BoundTables(moment, memory=f"{company.settings.memory_mb}MB", threads=company.settings.threads)


def open_notebook(directory: Path | str | None = None) -> Notebook:
    """Open a company's directory (default: PERCORSO_DIR, else ./percorso-data). A server may be running on it.

    Raises NotFound when there is no company in it.
    """
    settings = Settings()
    return Notebook(open_company(Path(directory) if directory is not None else settings.dir, settings, write=False))
