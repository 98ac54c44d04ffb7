"""The options by which commands choose refused items, written once."""

from collections.abc import Callable
from functools import wraps
from inspect import Parameter, signature
from typing import Annotated, Any

import typer

from percorso.model.errors import InvalidInput
from percorso.model.time import Micros, parse_iso
from percorso.ports import Chosen

Reason = Annotated[str | None, typer.Option("--reason", help="Only items refused for this reason.")]
Source = Annotated[str | None, typer.Option("--source", help="Only items of this source.")]
Event = Annotated[str | None, typer.Option("--event", help="Only events of this name.")]
Since = Annotated[str | None, typer.Option("--since", metavar="TIME", help="Received at or after, ISO 8601.")]
Until = Annotated[str | None, typer.Option("--until", metavar="TIME", help="Received before, ISO 8601.")]
Id = Annotated[list[int] | None, typer.Option("--id", help="Only this item; repeatable.")]


def choosing(command: Callable[..., None]) -> Callable[..., None]:
    """A command that hears its options as one `Chosen`: they stand where its parameter ``chosen`` stands."""
    ours = signature(_chosen, eval_str=True).parameters

    @wraps(command)
    def told(**given: Any) -> None:
        command(chosen=_chosen(**{name: given.pop(name) for name in ours}), **given)

    written = signature(command, eval_str=True)
    parameters: list[Parameter] = []
    for one in written.parameters.values():
        parameters += ours.values() if one.name == "chosen" else [one]
    named = [one.replace(kind=Parameter.KEYWORD_ONLY) for one in parameters]
    told.__signature__ = written.replace(parameters=named)  # type: ignore[attr-defined]
    return told


def _chosen(
    reason: Reason = None,
    source: Source = None,
    event: Event = None,
    since: Since = None,
    until: Until = None,
    id: Id = None,
) -> Chosen:
    return Chosen(
        reason=reason,
        source=source,
        event=event,
        since=_time(since, "--since"),
        until=_time(until, "--until"),
        ids=tuple(id or ()),
    )


def _time(text: str | None, option: str) -> Micros | None:
    try:
        return None if text is None else parse_iso(text)
    except ValueError:
        raise InvalidInput(f"{option} wants a time such as 2026-03-01T09:00:00Z, not {text!r}") from None
