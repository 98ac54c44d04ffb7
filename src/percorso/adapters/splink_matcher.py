"""Records compared by Splink in DuckDB: taken in, counted, paired, learned from, scored.

Splink: https://github.com/moj-analytical-services/splink
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from percorso.adapters.duckdb_base import open_duckdb
from percorso.adapters.matching_sql import blocks, key_there, key_value, pairs_in
from percorso.model.matching import Key, Matching, MatchModel, MatchRecord

if TYPE_CHECKING:
    from percorso.adapters.splink_model import Learned

AT_ONCE = 10_000
TELLING_DIGITS = 6
_SHARES = ("m_probability", "u_probability")
_INCOMING = pa.schema([("record_id", pa.string()), ("fields", pa.map_(pa.string(), pa.string()))])


class SplinkMatcher:
    """`ports.Matcher`. What does not fit into `memory` goes into a folder below `spill`, None = fail instead."""

    def __init__(self, *, memory: str = "1GB", threads: int = 2, spill: Path | None = None) -> None:
        self._memory = memory
        self._threads = threads
        self._spill = spill

    @contextmanager
    def taking(self, records: Iterable[MatchRecord]) -> Iterator["SplinkRecords"]:
        with _folder_below(self._spill) as folder:
            connection = open_duckdb(memory=self._memory, threads=self._threads, spill=folder)
            try:
                yield SplinkRecords(connection, records)
            finally:
                connection.close()


class SplinkRecords:
    """`ports.Records`."""

    def __init__(self, connection: Any, records: Iterable[MatchRecord]) -> None:
        self._connection = connection
        connection.execute("CREATE TABLE incoming (record_id VARCHAR, fields MAP(VARCHAR, VARCHAR))")
        rest = iter(records)
        while some := list(islice(rest, AT_ONCE)):
            self._take(some)
        self.count = int(self._one("SELECT count(*) FROM incoming"))
        self.known: Mapping[str, int] = dict(
            connection.execute(
                "SELECT field, count(*) FROM (SELECT unnest(map_keys(fields)) AS field FROM incoming) GROUP BY ALL ORDER BY ALL"
            ).fetchall()
        )
        self._lay_out()

    def _take(self, records: list[MatchRecord]) -> None:
        columns = [[record.record_id for record in records], [list(record.fields.items()) for record in records]]
        arrived = pa.Table.from_arrays(
            [pa.array(column, field.type) for column, field in zip(columns, _INCOMING, strict=True)], schema=_INCOMING
        )
        self._connection.register("arrived", arrived)
        self._connection.execute("INSERT INTO incoming SELECT * FROM arrived")
        self._connection.unregister("arrived")

    def _lay_out(self) -> None:
        """A column a field; numbered by what they say, so that neither their order nor their ids matter."""
        columns = "".join(f", fields['{field}'] AS \"{field}\"" for field in self.known)
        self._connection.execute(
            "CREATE TABLE records AS SELECT row_number() OVER (ORDER BY hash(CAST(fields AS VARCHAR)), record_id) "
            f"AS unique_id, record_id{columns} FROM incoming ORDER BY unique_id"
        )
        self._connection.execute("DROP TABLE incoming")

    def pairs_of(self, key: Key) -> int:
        return int(self._one(f"SELECT coalesce(sum(size * (size - 1) // 2), 0) FROM ({blocks(key)})"))

    def match(self, model: MatchModel, threshold: float) -> Matching:
        from percorso.adapters.splink_pairs import Scored, score

        if not model.keys or not model.comparisons:
            return Matching(model_id(model, []), 0, 0.0, [])
        self._pair(model.keys)
        compared = int(self._one("SELECT count(*) FROM pairs"))
        learned = self.learned(model)
        score(self._connection, model, learned)
        scored = Scored(lambda query: self._connection.execute(query).fetchall(), model)
        return Matching(model_id(model, learned.comparisons), compared, scored.prior, scored.pairs(threshold))

    def learned(self, model: MatchModel) -> "Learned":
        """What these records teach of a model."""
        from percorso.adapters.splink_model import learn

        return learn(self._connection, model, [(key, self._all_pairs_of(key)) for key in model.learn_on])

    def _pair(self, keys: Iterable[Key]) -> None:
        every = " UNION ".join(pairs_in(key) for key in keys)
        self._connection.execute(
            f"CREATE TABLE pairs AS SELECT join_key_l, join_key_r, '0' AS match_key FROM ({every})"
        )

    def _all_pairs_of(self, key: Key) -> int:
        """How many pairs agree on a key, however many records share a value."""
        sizes = f"SELECT count(*) AS size FROM records WHERE {key_there(key)} GROUP BY {key_value(key)}"
        return int(self._one(f"SELECT coalesce(sum(size * (size - 1) // 2), 0) FROM ({sizes})"))

    def _one(self, query: str) -> Any:
        row = self._connection.execute(query).fetchone()
        return row[0]


@contextmanager
def _folder_below(place: Path | None) -> Iterator[Path | None]:
    """A folder that is gone afterwards, with all that was laid there of people."""
    if place is None:
        yield None
        return
    with TemporaryDirectory(prefix="match-", suffix=".work", dir=place) as folder:
        yield Path(folder)


def model_id(model: MatchModel, learned: list[dict[str, Any]]) -> str:
    """Names what was learned and from how much; not the last digits of a sum, which threads add up in any order."""
    shares = [
        [f"{level.get(share, 0):.{TELLING_DIGITS}g}" for level in one["comparison_levels"] for share in _SHARES]
        for one in learned
    ]
    said = f"{model.records} {sorted(model.known.items())} {[key.name for key in model.keys]} {shares}"
    return blake2b(said.encode(), digest_size=8).hexdigest()
