"""What the commands ask of `percorso.main`, which alone knows adapters and settings.

A command gets it with ``opener(ctx)``::

    def register(app: typer.Typer) -> None:
        @app.command()
        def people(ctx: typer.Context, dir: Dir = None, json: Json = False) -> None:
            with opener(ctx).open(dir, write=False) as company:
                show(company.state..., as_json=json)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, cast

from percorso.model.errors import PercorsoError

if TYPE_CHECKING:  # names alone: a command that only prints its help imports nothing of this
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    import typer

    from percorso.data.identity.identifiers import NodeIds
    from percorso.model.company import CompanyFacts
    from percorso.model.config import Config
    from percorso.model.directory import Directory
    from percorso.model.identifier import Identifier
    from percorso.model.identity import OverrideKind
    from percorso.model.qr import QrCode
    from percorso.model.source import Source, SourceStatus
    from percorso.model.time import Micros
    from percorso.pipeline.accepting import Accepter
    from percorso.pipeline.analyse import Analyst
    from percorso.pipeline.calling_back import CallingBack
    from percorso.pipeline.collect import Collector
    from percorso.pipeline.consenting import Notary
    from percorso.pipeline.exporting import Exporter
    from percorso.pipeline.forgetting import Forgetting
    from percorso.pipeline.importing import Files, Sink
    from percorso.pipeline.kpi_book import KpiBook
    from percorso.pipeline.matching import Proposer
    from percorso.pipeline.membership import Follower
    from percorso.pipeline.mending import Mender
    from percorso.pipeline.planning import Planner
    from percorso.pipeline.process import Processor
    from percorso.pipeline.receiving import Receiving, Taker
    from percorso.pipeline.retention import Retention
    from percorso.pipeline.ruling import Ruling
    from percorso.pipeline.segment_book import SegmentBook
    from percorso.pipeline.segmenting import Segmenting
    from percorso.pipeline.tally import Tallier
    from percorso.pipeline.unifying import Unifier
    from percorso.ports import (
        Accounts,
        ApiKey,
        Audit,
        Clock,
        ConsentLedger,
        Engine,
        EventLog,
        PeopleReader,
        Quarantine,
        State,
        Watch,
    )
    from percorso.ports.erasure import PrivacyRequests
    from percorso.ports.frictions import FrictionBook
    from percorso.ports.membership import Members
    from percorso.ports.printer import Printer


class Server(NamedTuple):
    """The server that runs on a directory."""

    url: str
    pid: int
    token: str


class Listening(NamedTuple):
    """Where `up` listens: ``local_url`` from this machine, ``fd`` the listening socket that children inherit."""

    local_url: str
    fd: int


class OpenCompany(Protocol):
    """A company's data, opened. Parts are made when first asked for."""

    directory: Directory
    facts: CompanyFacts
    clock: Clock

    @property
    def config(self) -> Config: ...
    @property
    def log(self) -> EventLog: ...
    @property
    def state(self) -> State: ...
    @property
    def collector(self) -> Collector: ...
    @property
    def processor(self) -> Processor: ...
    @property
    def engine(self) -> Engine: ...
    @property
    def analyst(self) -> Analyst: ...
    @property
    def kpi_book(self) -> KpiBook: ...
    @property
    def printer(self) -> Printer: ...
    @property
    def frictions(self) -> FrictionBook: ...
    @property
    def accounts(self) -> Accounts: ...
    @property
    def audit(self) -> Audit: ...
    @property
    def people(self) -> PeopleReader: ...
    @property
    def watch(self) -> Watch: ...
    @property
    def consents(self) -> ConsentLedger: ...
    @property
    def segments(self) -> SegmentBook: ...
    @property
    def members(self) -> Members: ...
    @property
    def follower(self) -> Follower: ...
    @property
    def segmenting(self) -> Segmenting: ...
    @property
    def notary(self) -> Notary: ...
    @property
    def base_url(self) -> str: ...
    @property
    def quarantine(self) -> Quarantine: ...
    @property
    def mender(self) -> Mender: ...
    @property
    def planner(self) -> Planner: ...
    @property
    def tallier(self) -> Tallier: ...
    @property
    def proposer(self) -> Proposer: ...
    @property
    def accepter(self) -> Accepter: ...
    @property
    def unifier(self) -> Unifier: ...
    @property
    def ruling(self) -> Ruling: ...

    def decide_identity(self, kind: OverrideKind, a: str, b: str, *, by: str, why: str | None) -> str:
        """Decide of two identifiers, written ``kind:value``, and note it in the audit log. The event's message id."""
        ...

    def apply_rules(self, told: Callable[[int, int], None] = ...) -> None:
        """Put the rules of identity in force that are wanted; `told` hears how many identifiers are done, of how many."""
        ...

    def make_key(self, kind: str, name: str) -> tuple[ApiKey, str]:
        """A new API key and its text, which is kept nowhere."""
        ...

    def put_user(self, email: str, password: str, role: str, by: str) -> None:
        """Somebody who may sign in; a new password for whom is there already."""
        ...

    def identifiers_of(self, value: str) -> list[tuple[Identifier, str]]:
        """(identifier, person id) of every identifier with this value, whatever its kind."""
        ...

    @property
    def node_ids(self) -> NodeIds: ...
    @property
    def forgetting(self) -> Forgetting: ...
    @property
    def privacy_requests(self) -> PrivacyRequests: ...
    @property
    def calling_back(self) -> CallingBack: ...

    @property
    def retention(self) -> Retention: ...
    @property
    def exporter(self) -> Exporter: ...

    def audit_export(self, person_id: str, by: str) -> None:
        """Write into the audit log that somebody took a person's data out."""
        ...

    def close(self) -> None: ...


class Opener(Protocol):
    """Opens, makes and keeps data directories, and runs the processes on them."""

    def directory(self, given: Path | None) -> Directory:
        """The directory named, else that of the settings."""
        ...

    def server(self, given: Path | None) -> Server | None:
        """The running server of a directory, None when there is none."""
        ...

    def open(self, given: Path | None, *, write: bool) -> AbstractContextManager[OpenCompany]:
        """Open a directory. With `write` it is locked: raises DirectoryLocked while a server runs. An older one is migrated.

        Raises NotFound when there is no company in it, VersionMismatch when it is newer than this program.
        """
        ...

    def create(self, given: Path | None, overrides: Mapping[str, Any]) -> CompanyFacts:
        """Make a company in a directory that has none; facts come from `overrides`, else from the settings."""
        ...

    def exists(self, given: Path | None) -> bool:
        """Whether there is a company in the directory."""
        ...

    @property
    def log_level(self) -> str: ...

    def lock(self, given: Path | None) -> Held:
        """Take the directory for a supervisor. Raises DirectoryLocked."""
        ...

    def prepare(self, given: Path | None) -> None:
        """With the lock held: migrate, and raise what would keep the processes from starting."""
        ...

    def listen(self, host: str | None, port: int | None) -> Listening:
        """Open the listening socket, so that a port in use is told at once. None = as in the settings."""
        ...

    def preload(self) -> None:
        """Import what the processes need, before they are forked."""
        ...

    def run(self, process: str, given: Path | None, fd: int) -> None:
        """In a process of its own: run one of the processes of `up` until it is told to stop. `fd`: where `up` listens."""
        ...

    def backup(self, given: Path | None, to: Path) -> Mapping[str, Any]: ...
    def restore(
        self, given: Path | None, source: Path, tombstones: Path | None, *, lone: bool
    ) -> Mapping[str, Any]: ...
    def reapply(self, given: Path | None) -> int:
        """Erase again whoever the list of erasures knows and the state does not; how many identifiers were there."""
        ...

    def check(self, given: Path | None) -> Sequence[Mapping[str, Any]]:
        """Every check with ``{"check", "ok", "detail"}``."""
        ...

    def replay(self, given: Path | None, *, swap: bool) -> Mapping[str, Any]:
        """Fold the log into an empty state and compare; with `swap` put the result in place."""
        ...

    def files(self, folder: Path) -> Files:
        """The reader of import files; what does not fit in memory is put into `folder`."""
        ...

    def read_yaml(self, path: Path) -> Any:
        """A YAML file as plain values. Raises InvalidInput when it cannot be read."""
        ...

    def sources(self, given: Path | None) -> Sources:
        """The sources of a directory."""
        ...

    def codes(self, given: Path | None) -> Codes:
        """What makes the QR codes of a company."""
        ...

    def write_yaml(self, value: Mapping[str, Any]) -> str:
        """Plain values as YAML that `read_yaml` reads back."""
        ...

    def log_id(self, given: Path | None) -> str:
        """The id of the directory's log."""
        ...

    def openapi(self, *, tracking: bool) -> Mapping[str, Any]:
        """The OpenAPI document of the API, or of the tracking API."""
        ...

    def load_example(self, given: Path | None, *, people: int, seed: int, told: Callable[[int], None]) -> int:
        """Load the example company's year as history and fold it; `told` hears the events taken so far."""
        ...


class WrittenSource(Protocol):
    """A source as it is written: the record, or why it cannot be read."""

    @property
    def name(self) -> str: ...
    @property
    def source(self) -> Source | None: ...
    @property
    def error(self) -> PercorsoError | None: ...


class Sources(Protocol):
    """The sources of a directory; see `main.sources`."""

    def all(self) -> Iterator[WrittenSource]:
        """Every record, by name."""
        ...

    def find(self, name: str) -> Source:
        """One record. Raises NotFound, or what is wrong with it."""
        ...

    def check(self, source: Source) -> str:
        """Reach the other end without taking anything; what was found. Raises what is wrong."""
        ...

    def reading(self, source: Source) -> Receiving:
        """A source of documents that reads and appends nothing."""
        ...

    def taker(self, source: Source, sink: Sink) -> Taker:
        """The source, ready to be taken from."""
        ...

    def status(self, name: str) -> SourceStatus: ...


class Codes(Protocol):
    """Makes QR codes; see `main.qr`."""

    def make(self, to: str, touchpoint: str, campaign: str | None, out: Path, now: Micros) -> tuple[QrCode, str]:
        """The code and the address in the picture, kept and drawn. Raises InvalidInput."""
        ...


class Held(Protocol):
    """A lock on a directory."""

    @property
    def fd(self) -> int: ...
    def release(self) -> None: ...


def opener(ctx: typer.Context) -> Opener:
    """The opener that main put into the command's context."""
    return cast(Opener, ctx.obj)
