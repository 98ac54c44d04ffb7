"""`percorso events tail`: every item as it comes, a line each: the loop of whoever writes the sender."""

import sys
import time
from collections.abc import Iterator
from typing import Annotated, Any

import typer

from percorso.cli.opener import opener
from percorso.cli.output import Dir, Json, say, show_json
from percorso.model.errors import InvalidInput
from percorso.model.time import to_iso
from percorso.model.verdict import Verdict
from percorso.ports import Seen, Watch

LOOK_EVERY_S = 0.3
AT_MOST = 1_000
"""Items of one look; of more the newest are shown, and how many were left out."""

OfVerdict = Annotated[
    str | None, typer.Option("--verdict", help="accepted, duplicate, conflict, quarantined, suppressed.")
]
OfSource = Annotated[str | None, typer.Option("--source", help="Only items of this source.")]
OfEvent = Annotated[str | None, typer.Option("--event", help="Only events of this name.")]
Last = Annotated[int, typer.Option("--last", min=0, max=1000, help="Begin with so many of those that came before.")]
Follow = Annotated[bool, typer.Option("--follow/--no-follow", help="Go on until interrupted.")]


def register(events: typer.Typer) -> None:
    @events.command()
    def tail(
        ctx: typer.Context,
        verdict: OfVerdict = None,
        source: OfSource = None,
        event: OfEvent = None,
        last: Last = 10,
        follow: Follow = True,
        dir: Dir = None,
        json: Json = False,
    ) -> None:
        """Follow what comes in: time, source, event, verdict, reason, what to do."""
        if verdict is not None and verdict not in list(Verdict):
            raise InvalidInput(f"--verdict is one of {', '.join(Verdict)}, not {verdict!r}")
        wanted = {"verdict": verdict, "source": source, "name": event}
        with opener(ctx).open(dir, write=False) as company:
            try:
                for seen in _seen(company.watch, wanted, last, follow):
                    if isinstance(seen, int):
                        print(f"({seen} items came too fast to be shown)", file=sys.stderr)
                    elif json:
                        show_json(_record(seen))
                    else:
                        say(_line(seen))
                    sys.stdout.flush()
            except (KeyboardInterrupt, BrokenPipeError):
                return


def _seen(watch: Watch, wanted: dict[str, str | None], last: int, follow: bool) -> Iterator[Seen | int]:
    """Items that meet all that is wanted, oldest first; a number for so many that were not looked at."""
    mark = watch.head()
    if last:
        before = [one for one in watch.recent(AT_MOST, wanted["verdict"]) if _meets(one, wanted)]
        yield from reversed(before[:last])
    while follow:
        found, new = watch.since(mark, AT_MOST)
        came = (new.seq - mark.seq) + (new.refused - mark.refused)
        if came > len(found):
            yield came - len(found)
        mark = new
        yield from (one for one in found if _meets(one, wanted))
        time.sleep(LOOK_EVERY_S)


def _meets(seen: Seen, wanted: dict[str, str | None]) -> bool:
    return all(value is None or getattr(seen, name) == value for name, value in wanted.items())


def _record(seen: Seen) -> dict[str, Any]:
    record = seen._asdict()
    record["received_at"] = to_iso(seen.received_at)
    record["occurred_at"] = None if seen.occurred_at is None else to_iso(seen.occurred_at)
    return record


def _line(seen: Seen) -> str:
    at = to_iso(seen.received_at)[11:23]
    why = f"  {seen.reason}: {seen.detail}" if seen.reason else ""
    return f"{at}  {seen.source:<16}  {seen.name or '-':<24}  {seen.verdict:<11}{why}".rstrip()
