"""Records compared by Splink where a Spark cluster has them: paired by Spark, scored by Splink on each of its workers.

Workers score with the very SQL of one machine, in a DuckDB of their own, so that the same model gives the same weights
wherever it runs; they want Percorso installed. What is learned is learned from at most `LEARNED_FROM` records, here.
"""

import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import sqlglot

from percorso.adapters.duckdb_base import open_duckdb
from percorso.adapters.matching_sql import blocks, pairs_in
from percorso.adapters.splink_matcher import SplinkMatcher, model_id
from percorso.model.errors import InvalidConfig
from percorso.model.matching import Key, Matching, MatchModel, MatchRecord

if TYPE_CHECKING:
    from percorso.adapters.splink_model import Learned

AT_ONCE = 100_000
"""Records that go to the cluster, and pairs that a worker scores, at a time."""
LEARNED_FROM = 1_000_000
_INCOMING = pa.schema([("unique_id", pa.string()), ("fields", pa.map_(pa.string(), pa.string()))])
_LEAN = "spark.sql.execution.arrow.maxRecordsPerBatch"


class SparkMatcher:
    """`ports.Matcher`. `url`: the master, such as ``spark://host:7077``; `memory`: of what is learned here, and of a worker's
    DuckDB. `options`: of Spark. Raises InvalidConfig when there is no Spark to speak with."""

    def __init__(
        self,
        url: str,
        *,
        memory: str = "1GB",
        threads: int = 2,
        spill: Path | None = None,
        options: Mapping[str, str] | None = None,
        learned_from: int = LEARNED_FROM,
    ) -> None:
        self._url = url
        self._memory = memory
        self._here = SplinkMatcher(memory=memory, threads=threads, spill=spill)
        self._options = dict(options or {})
        self._learned_from = learned_from

    @contextmanager
    def taking(self, records: Iterable[MatchRecord]) -> Iterator["SparkRecords"]:
        session = session_at(self._url, self._options).newSession()
        session.conf.set(_LEAN, str(AT_ONCE))
        taken = SparkRecords(session, records, self._here, self._memory, self._learned_from)
        try:
            yield taken
        finally:
            taken.close()


def session_at(url: str, options: Mapping[str, str]) -> Any:
    """The Spark session of this process, begun when there is none yet. Raises InvalidConfig."""
    try:
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise InvalidConfig(
            "PERCORSO_ENGINE_URL asks for Spark, which is not installed: run `pip install 'percorso[spark]'`"
        ) from error
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.master(url).appName("percorso")
    quiet = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false"}
    for name, value in {**quiet, **options}.items():
        builder = builder.config(name, value)
    try:
        session = builder.getOrCreate()
        session.sparkContext.setLogLevel("ERROR")
        return session
    except (PySparkException, RuntimeError, OSError) as error:
        raise InvalidConfig(f"PERCORSO_ENGINE_URL: Spark at {url} does not start; it wants Java 17 or 21") from error


class SparkRecords:
    """`ports.Records`."""

    def __init__(
        self, session: Any, records: Iterable[MatchRecord], here: SplinkMatcher, memory: str, learned_from: int
    ) -> None:
        self._session = session
        self._here = here
        self._memory = memory
        self._learned_from = learned_from
        self._kept: list[Any] = []
        known: Counter[str] = Counter()
        self.count = 0
        incoming = None
        rest = iter(records)
        while some := list(islice(rest, AT_ONCE)):
            self.count += len(some)
            for record in some:
                known.update(record.fields.keys())
            frame = session.createDataFrame(_arrived(some))
            incoming = frame if incoming is None else incoming.unionAll(frame)
        self.known: Mapping[str, int] = dict(sorted(known.items()))
        if incoming is None:
            incoming = session.createDataFrame([], "unique_id string, fields map<string,string>")
        columns = [f"fields['{field}'] AS `{field}`" for field in self.known]
        self._keep("records", incoming.selectExpr("unique_id", "unique_id AS record_id", "fields", *columns))

    def close(self) -> None:
        for frame in self._kept:
            frame.unpersist()

    def pairs_of(self, key: Key) -> int:
        return int(self._ask(f"SELECT coalesce(sum(size * (size - 1) // 2), 0) FROM ({blocks(key)}) AS b")[0][0])

    def match(self, model: MatchModel, threshold: float) -> Matching:
        from percorso.adapters.splink_pairs import Scored

        if not model.keys or not model.comparisons:
            return Matching(model_id(model, []), 0, 0.0, [])
        with self._here.taking(self._teaching()) as teaching:
            learned = teaching.learned(model)
        every = " UNION ".join(pairs_in(key) for key in model.keys)
        self._keep("pairs", self._query(every))
        compared = int(self._ask("SELECT count(*) FROM pairs")[0][0])
        sides = self._query(_sides(model, list(self.known)))
        scoring = partial(score_some, model, learned, list(self.known), self._memory)
        self._keep("scored", sides.mapInArrow(scoring, _scored_as(model)))
        scored = Scored(self._ask, model)
        return Matching(model_id(model, learned.comparisons), compared, scored.prior, scored.pairs(threshold))

    def _teaching(self) -> Iterator[MatchRecord]:
        """The records to learn from: all; of more than can be, those of some surnames, so that doubles stay together."""
        query = "SELECT record_id, map_entries(fields) AS said FROM records"  # in their order, which numbers them
        if self.count > self._learned_from:
            alike = [field for field in ("surname", "name") if field in self.known]
            by = ", ".join(f'"{field}"' for field in (*alike, "record_id"))
            query += f" ORDER BY md5(coalesce({by})), record_id LIMIT {self._learned_from}"
        for row in self._query(query).toLocalIterator():
            yield MatchRecord(row["record_id"], {one["key"]: one["value"] for one in row["said"]})

    def _keep(self, name: str, frame: Any) -> None:
        kept = frame.persist()
        kept.createOrReplaceTempView(name)
        self._kept.append(kept)

    def _ask(self, query: str) -> list[Any]:
        return list(self._query(query).collect())

    def _query(self, query: str) -> Any:
        # Spark's own hash has 32 bits: too few to tell a million values apart.
        written = sqlglot.transpile(query.replace("hash(", "xxhash64("), read="duckdb", write="spark")[0]
        return self._session.sql(written)


def _arrived(records: list[MatchRecord]) -> pa.Table:
    columns = [[record.record_id for record in records], [list(record.fields.items()) for record in records]]
    arrays = [pa.array(column, field.type) for column, field in zip(columns, _INCOMING, strict=True)]
    return pa.Table.from_arrays(arrays, schema=_INCOMING)


def _counted_fields(model: MatchModel) -> list[str]:
    """Fields of which frequent values say less."""
    return sorted({level.frequency_of for one in model.comparisons for level in one.levels if level.frequency_of})


def _sides(model: MatchModel, fields: list[str]) -> str:
    """Each pair with both its records and how frequent their values are."""
    from percorso.adapters.splink_model import frequencies_of

    columns, joins = ["join_key_l", "join_key_r"], []
    for side in ("l", "r"):
        columns += [f'{side}."{field}" AS "{field}_{side}"' for field in fields]
        joins.append(f"JOIN records AS {side} ON {side}.unique_id = join_key_{side}")
        for field in _counted_fields(model):
            columns.append(f'{field}_{side}."tf_{field}" AS "tf_{field}_{side}"')
            joins.append(
                f'LEFT JOIN ({frequencies_of(field)}) AS {field}_{side} ON {field}_{side}."{field}" = {side}."{field}"'
            )
    return f"SELECT {', '.join(columns)} FROM pairs {' '.join(joins)}"


def _scored_as(model: MatchModel) -> str:
    parts = ", ".join(f"`{one.name}` double" for one in model.comparisons)
    return f"unique_id_l string, unique_id_r string, match_weight double, {parts}, personal double"


def score_some(
    model: MatchModel, learned: "Learned", fields: list[str], memory: str, batches: Iterable[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    """On a worker: pairs with both records -> the same scored, as on one machine."""
    for batch in batches:
        if batch.num_rows:
            yield from _scored(model, learned, fields, memory, batch)


def _scored(
    model: MatchModel, learned: "Learned", fields: list[str], memory: str, batch: pa.RecordBatch
) -> Iterator[pa.RecordBatch]:
    from percorso.adapters.splink_pairs import score

    connection = open_duckdb(memory=memory, threads=1)
    try:
        connection.register("sides", pa.Table.from_batches([batch]))
        connection.execute(_table_of_sides("records", "join_key", "unique_id", fields))
        connection.execute("CREATE TABLE pairs AS SELECT join_key_l, join_key_r, '0' AS match_key FROM sides")
        for field in _counted_fields(model):
            connection.execute(_table_of_sides(f"frequency_{field}", field, field, [f"tf_{field}"]))
        score(connection, model, learned)
        names = ("match_weight", *(one.name for one in model.comparisons), "personal")
        numbers = ", ".join(f'CAST("{name}" AS DOUBLE) AS "{name}"' for name in names)
        query = f"SELECT unique_id_l, unique_id_r, {numbers} FROM scored"
        yield from connection.execute(query).to_arrow_table().to_batches()
    finally:
        connection.close()


def _table_of_sides(table: str, key: str, called: str, fields: list[str]) -> str:
    """What stands at either side of the pairs, each key once."""

    def side(which: str) -> str:
        columns = "".join(f', "{field}_{which}" AS "{field}"' for field in fields)
        return f'SELECT "{key}_{which}" AS "{called}"{columns} FROM sides WHERE "{key}_{which}" IS NOT NULL'

    return f"CREATE TABLE {table} AS {side('l')} UNION {side('r')}"
