"""What the log has seen: the newest hashes in a dictionary, older ones in closed buckets (adapters/sql/seen.py)."""

from collections.abc import Sequence
from operator import attrgetter
from typing import Any

from percorso.adapters.sql.seen import Chunk, ClosedBuckets, close_bucket
from percorso.model.verdict import Candidate

_KEY_OF = attrgetter("key")
_PRINT_OF = attrgetter("fingerprint")

Run = Any
"""(statement with ? marks, values) -> cursor, inside the append's transaction."""

_FRESH = (
    "select seq, key, fingerprint from log_events where seq > ? union all "
    "select seq, key, fingerprint from log_erased where seq > ? order by seq"
)
_NEWEST = (
    "select coalesce(max(received_at), 0) from (select received_at from log_events order by seq desc limit 1) as newest"
)


class MemoryOfIds:
    """Belongs to one log and one appending thread at a time; `forget` after a failed append."""

    def __init__(self, bucket: int, *, alone: bool) -> None:
        self._bucket = bucket
        self._alone = alone  # nobody else appends: what memory knows stays complete
        self.forget()

    def forget(self) -> None:
        """Know nothing; the next `refresh` reads everything again."""
        self._closed = ClosedBuckets()
        self._recent: dict[bytes, int] = {}
        self._recent_to = 0  # seq up to which _recent is filled
        self._closed_to = 0  # seq up to which buckets are closed
        self._loaded = False

    def refresh(self, run: Run) -> None:
        """Bring memory up to the log: everything at first, then what others appended; close a full bucket."""
        if not (self._loaded and self._alone):
            self._load(run)
        if len(self._recent) >= self._bucket:
            self._close(run)

    def _load(self, run: Run) -> None:
        rows = run(
            "select bucket, last_seq, filter from log_buckets where last_seq > ? order by bucket", (self._closed_to,)
        ).fetchall()
        for bucket, last_seq, stored in rows:
            self._closed.add(bucket, stored)
            self._closed_to = last_seq
        if rows:
            self._recent, self._recent_to = {}, self._closed_to
        fresh = run(_FRESH, (self._recent_to, self._recent_to))
        for last, key, fingerprint in fresh:
            self._recent[bytes(key)] = fingerprint
            self._recent_to = last
        self._loaded = True

    def _close(self, run: Run) -> None:
        closed = close_bucket(list(self._recent), list(self._recent.values()))
        bucket = len(self._closed) + 1
        (opened_at,) = run("select coalesce(max(closed_at), 0) from log_buckets", ()).fetchone()
        (closed_at,) = run(_NEWEST, ()).fetchone()
        run(
            "insert into log_buckets (bucket, opened_at, closed_at, size, last_seq, filter) values (?,?,?,?,?,?)",
            (bucket, opened_at, closed_at, closed.size, self._recent_to, closed.filter),
        )
        for one in closed.chunks:
            run("insert into log_chunks (bucket, chunk, keys, fingerprints) values (?,?,?,?)", (bucket, *one))
        self._closed.add(bucket, closed.filter)
        self._closed_to, self._recent = self._recent_to, {}

    def remember(self, head: int, accepted: Sequence[Candidate]) -> None:
        """Know what was committed; the last of it has seq `head`."""
        self._recent.update(zip(map(_KEY_OF, accepted), map(_PRINT_OF, accepted), strict=True))
        self._recent_to = head

    def find(self, run: Run, candidates: Sequence[Candidate]) -> dict[int, int]:
        """position -> the fingerprint stored before under that candidate's key, also earlier in the same call."""
        keys = list(map(_KEY_OF, candidates))
        found = self._closed.find(keys, lambda *of: _chunks(run, *of))
        here = set(keys)
        if len(here) == len(keys) and self._recent.keys().isdisjoint(here):
            return found
        first: dict[bytes, int] = {}
        for index, key in enumerate(keys):
            known = self._recent.get(key, found.get(index, first.get(key)))
            if known is None:
                first[key] = candidates[index].fingerprint
            else:
                found[index] = known
        return found


def _chunks(run: Run, bucket: int, chunks: Sequence[int] | None) -> list[Chunk]:
    query, values = "select chunk, keys, fingerprints from log_chunks where bucket = ?", (bucket, *(chunks or ()))
    if chunks is not None:
        query += f" and chunk in ({','.join('?' * len(chunks))})"
    return [Chunk(*row) for row in run(query, values).fetchall()]
