"""Databases and SaaS through dlt: any of its sources, a table of any SQL database, any REST API.

dlt extracts, and hands rows to us as its destination; its state (where each cursor stands) moves after our part returned,
so that rows which could not be stored come again. It keeps that state below the company's directory and calls nobody else.
"""

import importlib
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
os.environ.setdefault("RUNTIME__LOG_LEVEL", "CRITICAL")

import dlt
import msgspec
from dlt.pipeline.exceptions import PipelineStepFailed

from percorso.model.arrived import Arrived, Deliver
from percorso.model.errors import InvalidConfig, PercorsoError, StoreUnavailable
from percorso.model.source import DltSettings, Secret

AT_ONCE = 1_000
_PARTS = frozenset(("env", "file"))
_one_at_a_time = threading.Lock()
"""dlt keeps the pipeline that runs in a place of the whole process."""


class DltReceiver:
    """`pipeline.receiving.Receiver` for what one pipeline of dlt extracts."""

    def __init__(self, name: str, settings: DltSettings, folder: Path, reveal: Callable[[Secret], str]) -> None:
        self._name = name
        self._settings = settings
        self._folder = folder
        self._reveal = reveal

    def check(self) -> str:
        """Make the source, and read one row of it; nothing is remembered."""
        source = self._source()
        source.add_limit(1)
        try:
            found = next(iter(source), None)
        except Exception as error:
            raise _unavailable(error) from error
        return "it answers with rows" if found is not None else "it answers, and has no rows now"

    def receive(self, deliver: Deliver, stop: threading.Event, *, once: bool) -> None:
        """See the port."""
        while not stop.is_set():
            with _one_at_a_time:
                self._run(deliver)
            if once:
                return
            stop.wait(self._settings.every_s)

    def _run(self, deliver: Deliver) -> None:
        failed: list[PercorsoError] = []

        def into(items: Sequence[Mapping[str, Any]], table: Mapping[str, Any]) -> None:
            try:
                deliver([Arrived(encoded(row), {"table": table["name"]}) for row in items])
            except PercorsoError as error:
                failed.append(error)
                raise

        destination = dlt.destination(
            into,
            name="percorso",
            batch_size=AT_ONCE,
            loader_file_format="typed-jsonl",
            naming_convention="direct",
            skip_dlt_columns_and_tables=True,
            max_table_nesting=0,
            max_parallel_load_jobs=1,
        )
        source = self._source()
        pipeline = dlt.pipeline(
            pipeline_name=f"percorso_{self._name}".replace("-", "_"),
            pipelines_dir=str(self._folder),
            destination=destination,
            dataset_name="percorso",
        )
        try:
            pipeline.run(source, refresh=None)
        except Exception as error:
            raise (failed[0] if failed else _unavailable(error)) from error
        deliver(())

    def _source(self) -> Any:
        settings = self._settings
        try:
            if settings.sql is not None:
                return self._table(settings.sql)
            if settings.rest is not None:
                from dlt.sources.rest_api import rest_api_source

                return rest_api_source(self._with_secrets(settings.rest))
            return self._resource(settings.resource or "", self._with_secrets(settings.arguments))
        except PercorsoError:
            raise
        except Exception as error:
            raise _unavailable(error) from error

    def _table(self, sql: Mapping[str, Any]) -> Any:
        from dlt.sources.sql_database import sql_table

        cursor = None if sql["cursor"] is None else dlt.sources.incremental(sql["cursor"])
        url = self._reveal(sql["url"]).replace("postgresql://", "postgresql+psycopg://", 1)
        return sql_table(
            credentials=url, table=sql["table"], schema=sql["schema"], incremental=cursor, backend="sqlalchemy"
        )

    def _with_secrets(self, written: Any) -> Any:
        """What is written, with the secrets in the place of ``{env: NAME}`` and ``{file: path}``."""
        if isinstance(written, Mapping):
            if len(written) == 1 and _PARTS & set(written):
                return self._reveal(Secret(**written))
            return {key: self._with_secrets(part) for key, part in written.items()}
        if isinstance(written, list | tuple):
            return [self._with_secrets(part) for part in written]
        return written

    def _resource(self, named: str, arguments: Mapping[str, Any]) -> Any:
        module, _, function = named.partition(":")
        try:
            make = getattr(importlib.import_module(module), function)
        except (ImportError, AttributeError, ValueError) as error:
            raise InvalidConfig(f"there is no {named}; write module:function of an installed module") from error
        return make(**arguments)


def encoded(row: Mapping[str, Any]) -> bytes:
    """A row as JSON: times as ISO 8601, exact numbers as text, so that nothing is rounded."""
    return msgspec.json.encode(row, enc_hook=_plain)


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _unavailable(error: Exception) -> StoreUnavailable:
    """What went wrong inside, by its kind only: its text may quote addresses and rows."""
    inner: BaseException = error
    while isinstance(inner, PipelineStepFailed) and inner.__cause__ is not None:
        inner = inner.__cause__
    while inner.__cause__ is not None:
        inner = inner.__cause__
    return StoreUnavailable(
        f"the rows could not be read ({type(inner).__name__}); check the address, secrets and names"
    )
