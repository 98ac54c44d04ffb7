"""Forgetting people: requests, tombstones, and the stores that are purged and searched."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import NamedTuple, Protocol

from percorso.model.callback import Callback, Told
from percorso.model.erasure import Hit, PrivacyRequest, Sought, Step, Tombstone, Work
from percorso.model.person import Node
from percorso.model.retention import Round
from percorso.model.time import Micros
from percorso.ports.event_log import LogEntry
from percorso.ports.state import StateTransaction


class Tombstones(Protocol):
    """Who was erased."""

    def version(self) -> int:
        """Rises with every change; cheap."""
        ...

    def all(self) -> list[Tombstone]: ...

    def since(self, version: int) -> list[Tombstone]:
        """Those that changed after a version."""
        ...

    def open(self, node_ids: Collection[str], at: Micros) -> None:
        """Somebody registered anew under these: their next generation begins. Once, however often it is said."""
        ...

    def put(self, tombstones: Sequence[Tombstone]) -> None:
        """Tombstones as they stand elsewhere, in place of those known here."""
        ...


class TombstoneList(Protocol):
    """All tombstones there ever were, outside the databases."""

    def read(self) -> list[Tombstone]:
        """None when nobody was erased yet."""
        ...

    def add(self, tombstones: Iterable[Tombstone]) -> None:
        """Durable on return. Those that are there already are not there twice; a later one counts."""
        ...

    def replace(self, tombstones: Iterable[Tombstone]) -> None:
        """These alone, durable on return."""
        ...


class PrivacyRequests(Protocol):
    """Requests, and the work that an erasure has left."""

    def add(self, request: PrivacyRequest, work: Work | None, tombstones: Sequence[Tombstone]) -> None:
        """Durable on return; from then on whoever was erased is blocked."""
        ...

    def get(self, request_id: str) -> PrivacyRequest | None: ...

    def latest(self, limit: int) -> list[PrivacyRequest]:
        """Newest first."""
        ...

    def to_be_told(self, since: Micros) -> list[PrivacyRequest]:
        """Requests that named addresses to be told, those since then, oldest first."""
        ...

    def open(self) -> list[PrivacyRequest]:
        """Erasures that are under way, oldest first."""
        ...

    def erased(self) -> bool:
        """Whether anybody ever asked to be erased."""
        ...

    def work(self, request_id: str) -> Work: ...

    def listened(self) -> int:
        """Up to which place of the log people were heard who asked for erasure themselves."""
        ...

    def listen(self, seq: int) -> None: ...

    def advance(
        self, request: PrivacyRequest, *, after: Step, work: Work | None, tombstones: Sequence[Tombstone] = ()
    ) -> bool:
        """Store how far it is, unless its step is no longer `after`: then false. None forgets the work."""
        ...


class Callbacks(Protocol):
    """How far the addresses are that requests named."""

    def of(self, request_id: str) -> list[Callback]: ...

    def put(self, request_id: str, callbacks: Sequence[Callback], at: Micros) -> None: ...


class Poster(Protocol):
    """Posts to addresses that strangers named."""

    def post(self, told: Told) -> str | None:
        """None when it was answered with success, else why not, for people. Reaches no private network."""
        ...


class Scope(NamedTuple):
    """What goes of a state: see `ErasingTransaction.purge`.

    waiting  ids of what Percorso was about to say of them
    names    identifiers that small tables of words may hold
    """

    nodes: Sequence[str] = ()
    seqs: Sequence[int] = ()
    waiting: Sequence[int] = ()
    names: Sequence[str] = ()


class RefusedItem(NamedTuple):
    """An item that was not taken, as it is kept."""

    id: int
    source: str
    message_id: str | None
    body: bytes


class ErasingTransaction(StateTransaction, Protocol):
    """A unit of work on the state that may take away."""

    def weaker_of(self, node_ids: Sequence[str]) -> list[str]:
        """The nodes that were seen with one of these as the stronger."""
        ...

    def placed_under(self, node_ids: Sequence[str]) -> list[int]:
        """The places in the log of the events folded under these nodes."""
        ...

    def placed_nowhere(self, after: int = 0) -> list[int]:
        """The places of the events that are nobody's beyond a place, ascending."""
        ...

    def holders_of(self, seqs: Sequence[int]) -> dict[str, list[int]]:
        """node_id -> those of the places that were folded under it."""
        ...

    def decided_of(self, node_ids: Sequence[str]) -> list[str]:
        """The message ids of the decisions on one of these identifiers."""
        ...

    def forget_links(self, node_ids: Sequence[str]) -> None:
        """Take away the nodes, and what the ledger of identity says of them."""
        ...

    def waiting(self) -> list[tuple[int, bytes]]:
        """What Percorso is about to say of somebody: (id, item)."""
        ...

    def purge(self, scope: Scope) -> dict[str, int]:
        """Take away what is kept and folded of these nodes and events; rows by table."""
        ...

    def remove_nodes(self, node_ids: Sequence[str]) -> None: ...


class ErasableState(Protocol):
    """The state, as erasing sees it."""

    def erasing(self) -> AbstractContextManager[ErasingTransaction]: ...

    def reading(self) -> AbstractContextManager[ErasingTransaction]:
        """To read alone: nobody who writes waits for it."""
        ...

    def settle(self) -> None:
        """Have the storage forget what was deleted: free pages, write-ahead log. Raises StoreUnavailable while readers
        hold it; try again."""
        ...


class ErasableLog(Protocol):
    """The log, as erasing sees it."""

    def entries(self, seqs: Sequence[int]) -> list[LogEntry]: ...

    def seqs_of(self, source: str, message_ids: Sequence[str]) -> list[int]: ...

    def older(self, before: Micros, after: int, limit: int) -> list[LogEntry]:
        """The next entries beyond a place that were received before a time, ascending."""
        ...

    def wishes(self, name: str, after: int) -> tuple[list[LogEntry], int]:
        """Percorso's own live events of a name beyond a place, and how far was looked."""
        ...

    def erase(self, seqs: Sequence[int]) -> int:
        """Delete events; their hashes stay, so that they are known should they come again. How many there were."""
        ...

    def refused(self, after: int, limit: int) -> list[RefusedItem]:
        """The next refused items beyond an id, ascending."""
        ...

    def erase_refused(self, ids: Sequence[int]) -> int:
        """Delete refused items; how many there were."""
        ...

    def settle(self) -> None:
        """As `ErasableState.settle`."""
        ...


class Rounds(Protocol):
    """How far the round of retention is."""

    def get(self) -> Round: ...

    def put(self, round_: Round) -> None:
        """Durable on return."""
        ...


class ErasableLake(Protocol):
    """The lake, as erasing sees it."""

    def erase(self, seqs: Sequence[int], now: Micros) -> int:
        """Write the files that hold these events without them, and delete the old ones at once. How many rows went."""
        ...


class Searcher(Protocol):
    """Looks for needles in every store."""

    def search(self, sought: Sought, *, files: bool = True) -> list[Hit]:
        """Every needle that some store holds as such, once a store. Needles too short to tell are not looked for.

        Without `files` only what readers see is looked through, not the bytes of the files behind it. In these a message id
        that rows hold as a word of their own tells nothing, and is passed over.
        """
        ...

    def too_short(self, sought: Sought) -> int:
        """How many needles are not looked for."""
        ...

    def stores(self) -> Sequence[str]:
        """What is searched, by name."""
        ...


class Survivors(NamedTuple):
    """Nodes that stay and may hang elsewhere.

    touched   were seen with somebody erased, or are of the same value or device
    parents   had somebody erased hang on them
    """

    touched: Mapping[str, Node]
    parents: Collection[str]
