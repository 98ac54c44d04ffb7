"""The tables of one moment, bound to DuckDB: to be asked by hand, in a notebook, for as long as one likes."""

from typing import Any

import ibis

from percorso.adapters.duckdb_base import open_duckdb
from percorso.adapters.engine_tables import Loader, Moment
from percorso.model.tables import TABLES


class BoundTables:
    """Tables that run by themselves: ``table("events").count().execute()``.

    Everything but the sealed files is read at once and the databases are let go: who looks for hours holds nobody up.
    Sealed files are replaced now and then; one that is gone is an error of DuckDB, and a new moment mends it.
    """

    def __init__(self, moment: Moment, *, memory: str, threads: int) -> None:
        self._database = open_duckdb(memory=memory, threads=threads, reads_again=True)
        try:
            loader = Loader(self._database, moment)
            for name in TABLES:
                loader.load(name)
        except BaseException:
            self._database.close()
            raise
        finally:
            moment.close()
        self._ibis = ibis.duckdb.from_connection(self._database)

    def close(self) -> None:
        self._database.close()

    def table(self, name: str) -> Any:
        """An Ibis table of `model.tables.TABLES`."""
        return self._ibis.table(name)
