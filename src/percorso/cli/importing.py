"""`percorso import FILE... --map MAP`: files into the log, by the same intake as live traffic."""

import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from percorso.cli.import_files import files_by_role
from percorso.cli.opener import Opener, opener
from percorso.cli.output import Dir, Json, say, show_json
from percorso.cli.running import sink_of
from percorso.data.mapping import read_map
from percorso.pipeline.importing import Checkpoint, How, Imported, Prepared, Sink, append_all

FilesGiven = Annotated[
    list[str],
    typer.Argument(metavar="FILE...", help="CSV (.gz too), Excel, Parquet or JSON Lines files, or a folder of them."),
]
Map = Annotated[str, typer.Option("--map", help="The map: a YAML file, or the name of one that comes with Percorso.")]
Live = Annotated[bool, typer.Option("--live", help="Treat the events as happening now: plays may send messages.")]
NoWait = Annotated[bool, typer.Option("--no-wait", help="Return when everything is stored, before it is folded.")]


def register(app: typer.Typer) -> None:
    @app.command("import")
    def import_(
        ctx: typer.Context,
        files: FilesGiven,
        map: Map,
        dir: Dir = None,
        live: Live = False,
        no_wait: NoWait = False,
        json: Json = False,
    ) -> None:
        """Import files by a map. History by default: it decides but never delivers. Repeating it does no harm."""
        try:
            imported = import_command(opener(ctx), files, map, dir, live=live, wait=not no_wait)
        except KeyboardInterrupt:
            print("percorso: interrupted; run the same command again to go on where it stopped", file=sys.stderr)
            raise typer.Exit(130) from None
        if json:
            show_json(imported.as_json())
        else:
            _tell(imported, dir)
        if imported.counts.get("quarantined", 0) == imported.events > 0:
            raise typer.Exit(1)  # not one row could be used: the map or the file is wrong


def import_command(
    given: Opener, files: Sequence[str], map: str, dir: Path | None, *, live: bool = False, wait: bool = True
) -> Imported:
    """Import files by a map into the company's directory, which is made when there is none yet."""
    run = given.directory(dir).run
    reader = given.files(run / f"import-{os.getpid()}.work")
    import_map = read_map(reader.load_map(map))
    by_role = files_by_role(files, import_map)
    if not given.exists(dir):
        given.create(dir, {})
        print(f"percorso: made a company in {given.directory(dir).root}", file=sys.stderr)
    how = How(import_map.source, historical=not live)
    with _work_folder(run), _progress() as progress:
        reading = progress.add_task("reading", total=None)
        prepared = reader.prepare(
            import_map, by_role, lambda what: progress.update(reading, description=f"reading {what}")
        )
        progress.remove_task(reading)
        try:
            key = [given.log_id(dir), import_map.digest, reader.digest(by_role), str(how.historical)]
            with sink_of(given, dir) as sink:
                return _carry_out(prepared, sink, how, Checkpoint.at(run, key), progress, wait=wait)
        finally:
            prepared.close()


def _carry_out(
    prepared: Prepared, sink: Sink, how: How, checkpoint: Checkpoint, progress: Progress, *, wait: bool
) -> Imported:
    storing = progress.add_task("storing", total=prepared.size, completed=checkpoint.items)
    if checkpoint.begun:
        progress.console.print(f"going on after {checkpoint.items:,} events of an import that was broken off")
    imported = append_all(prepared, sink, how, checkpoint, lambda done: progress.update(storing, completed=done))
    if wait:
        accepted = imported.counts.get("accepted", 0)
        folding = progress.add_task("folding", total=accepted)
        sink.fold(accepted, lambda done: progress.update(folding, completed=done))
        progress.update(folding, completed=accepted)
    return imported


@contextmanager
def _work_folder(run: Path) -> Iterator[None]:
    """A folder for what does not fit in memory; those that killed imports left behind are removed."""
    for left in run.glob("import-*.work"):
        pid = left.stem.removeprefix("import-")
        if pid.isdigit() and not _alive(int(pid)):
            shutil.rmtree(left, ignore_errors=True)
    folder = run / f"import-{os.getpid()}.work"
    folder.mkdir(exist_ok=True, mode=0o700)
    try:
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _alive(pid: int) -> bool:
    with suppress(PermissionError):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
    return True


class _Rate(ProgressColumn):
    """Events a second."""

    def render(self, task: Task) -> Text:
        return Text(
            "" if task.speed is None or task.total is None else f"{task.speed:,.0f}/s", style="progress.data.speed"
        )


def _progress() -> Progress:
    """A bar with rate and time left on a terminal; silent elsewhere."""
    console = Console(stderr=True)
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        _Rate(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
    )


def _tell(imported: Imported, dir: Path | None) -> None:
    say(f"{imported.read_rows:,} rows read, {imported.events:,} events:")
    for verdict, count in imported.as_json().items():
        if verdict not in ("read_rows", "events") and (count or verdict == "accepted"):
            say(f"  {verdict:<12}{count:>12,}")
    if imported.idle_rows:
        say(f"{imported.idle_rows:,} rows made no event: no `when` of the map was met.")
    if imported.counts.get("quarantined"):
        there = f" --dir {dir}" if dir else ""
        say(
            f"See why with: percorso sql{there} \"select line, reason, detail from verdicts where verdict = 'quarantined'\""
        )
