"""A Spark of this machine, for tests that the same definitions give the same numbers on it."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def spark_in(directory: Path) -> Iterator[Any]:
    """An Ibis connection to Spark with two threads, which keeps its files in `directory`."""
    import ibis
    from pyspark.sql import SparkSession

    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    os.environ["PYSPARK_PYTHON"] = sys.executable  # it reads JSON with functions of ours
    session = (
        SparkSession.builder.master("local[2]")
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
