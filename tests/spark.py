"""A Spark of this machine, for tests that the same definitions give the same numbers on it."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq


@contextmanager
def spark_in(directory: Path) -> Iterator[Any]:
    """An Ibis connection to Spark with two threads, which keeps its files in `directory`."""
    import ibis
    from pyspark.sql import SparkSession as OfSpark

    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    os.environ["PYSPARK_PYTHON"] = sys.executable  # it reads JSON with functions of ours
    session = (
        OfSpark.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.memory", "1g")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.sql.warehouse.dir", str(directory / "warehouse"))
        .config("spark.local.dir", str(directory / "spark"))
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    session.udf.register("get_json_object", _json_part())
    try:
        yield ibis.pyspark.connect(session)
    finally:
        session.stop()


def _json_part() -> Any:
    """Spark's own drops the quotes of a text, and Ibis, which reads what it gives as JSON, then fails (or takes the text "5" for
    a number). This one keeps them.
    """
    import json

    import pandas as pd
    from pyspark.sql import functions
    from pyspark.sql.types import StringType

    def part(text: str | None, path: str) -> str | None:
        found = None if text is None else json.loads(text)
        if path.startswith("$["):
            at = int(path[2:-1])
            value = found[at] if isinstance(found, list) and at < len(found) else None
        else:
            value = found.get(path[2:]) if isinstance(found, dict) else None
        return None if value is None else json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    @functions.pandas_udf(StringType())  # type: ignore[call-overload,untyped-decorator]
    def parts(texts: pd.Series, paths: pd.Series) -> pd.Series:
        return pd.Series([part(text, path) for text, path in zip(texts, paths, strict=True)], dtype=object)

    return parts


class SparkEngine:
    """`ports.Engine` over the tables of another one, copied once: what is asked of it is worked out by Spark."""

    def __init__(self, under: Any, connection: Any, directory: Path) -> None:
        self._under = under
        self._connection = connection
        self._directory = directory
        self._copied: set[str] = set()

    @contextmanager
    def session(self) -> Iterator["SparkSession"]:
        with self._under.session() as session:
            yield SparkSession(session, self._connection, self._directory, self._copied)


class SparkSession:
    """`ports.EngineSession`, as far as questions in Ibis go."""

    def __init__(self, under: Any, connection: Any, directory: Path, copied: set[str]) -> None:
        self._under = under
        self._connection = connection
        self._directory = directory
        self._copied = copied
        self.told = under.told
        self.upto = under.upto

    def table(self, name: str) -> Any:
        table = self._under.table(name)
        if name not in self._copied:
            file = self._directory / f"{name}.parquet"
            rows = pa.Table.from_pylist(self._under.execute(table), schema=table.schema().to_pyarrow())
            pq.write_table(rows, file)
            self._connection._session.read.parquet(str(file)).coalesce(1).cache().createOrReplaceTempView(name)
            self._copied.add(name)
        return table

    def execute(self, expression: Any) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self._connection.to_pyarrow(expression).to_pylist()
        return rows

    def keep(self, name: str, expression: Any) -> Any:
        import ibis

        self._connection._run_pre_execute_hooks(expression)
        query = self._connection.compile(expression)
        self._connection._session.sql(query).localCheckpoint().createOrReplaceTempView(name)
        return ibis.table(expression.schema(), name=name)
