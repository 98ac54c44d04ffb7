"""`percorso sources`: what events come from by themselves."""

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from percorso.cli.opener import opener
from percorso.cli.output import Dir, Json, say, show_json, show_table
from percorso.cli.running import sink_of
from percorso.model.arrived import Arrived
from percorso.model.errors import InvalidInput
from percorso.model.source import SourceStatus
from percorso.model.time import to_iso

Name = Annotated[str, typer.Argument(help="The source's name: that of its file in sources/, without .yaml.")]
Document = Annotated[
    Path | None,
    typer.Option(
        "--document", help="A JSON document: show what the map makes of it, reaching nobody.", show_default=False
    ),
]


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="What events come from by themselves: webhooks, folders, machines, mailboxes, tables.")
    app.add_typer(group, name="sources")

    @group.command("list")
    def list_(ctx: typer.Context, dir: Dir = None, json: Json = False) -> None:
        """Every source with how it fares: when something last came, how much, and why it fails if it does."""
        sources = opener(ctx).sources(dir)
        rows = [
            _told(one.name, one.source.kind if one.source else None, sources.status(one.name), one.error)
            for one in sources.all()
        ]
        if json:
            show_json(rows)
        else:
            show_table([{**row, "counts": _counted(row["counts"])} for row in rows])

    @group.command()
    def check(ctx: typer.Context, name: Name, document: Document = None, dir: Dir = None, json: Json = False) -> None:
        """Check a source's record, its secrets and its other end, taking nothing; or what its map makes of a document."""
        sources = opener(ctx).sources(dir)
        source = sources.find(name)
        if document is None:
            found = sources.check(source)
            show_json({"source": name, "ok": True, "found": found}) if json else say(f"{name} is right: {found}")
            return
        if source.documents is None:
            raise InvalidInput(f"{name} takes files; try it with `percorso import`")
        read = sources.reading(source).read([Arrived(_bytes(document))])
        show_json(
            {
                "items": [msgspec.json.decode(item.body) for item in read.items],
                "refused": [{"reason": row.reason, "detail": row.detail} for row in read.bad],
                "idle": bool(read.idle),
            }
        )

    @group.command()
    def run(ctx: typer.Context, name: Name, dir: Dir = None, json: Json = False) -> None:
        """Take what waits at a source now, and return; through the running server when there is one."""
        given = opener(ctx)
        sources = given.sources(dir)
        source = sources.find(name)
        if source.kind == "webhook":
            raise InvalidInput(f"{name} is posted to, while `percorso up` runs; there is nothing to take")
        before = sources.status(name).counts
        with sink_of(given, dir) as sink:
            sources.taker(source, sink).once(threading.Event())
            sink.fold(0, lambda _: None)
        after = sources.status(name).counts
        taken = {key: count - before.get(key, 0) for key, count in after.items() if count != before.get(key, 0)}
        show_json({"source": name, **taken}) if json else say(f"{name}: {_counted(taken) or 'nothing new'}")


def _told(name: str, kind: str | None, status: SourceStatus, error: Exception | None) -> dict[str, Any]:
    wrong = str(error) if error is not None else status.error
    return {
        "source": name,
        "kind": kind,
        "state": "failing" if wrong else "well" if status.at is not None or status.counts else "new",
        "last": None if status.at is None else to_iso(status.at),
        "counts": dict(status.counts),
        "error": wrong,
        "failing_since": None if status.failing_since is None else to_iso(status.failing_since),
    }


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {what}" for what, count in counts.items())


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}") from error
