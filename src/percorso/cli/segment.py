"""`percorso segment`: who is in which segment, how many a condition would let in, and publishing."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from percorso.cli.acting import BY
from percorso.cli.opener import opener
from percorso.cli.output import Dir, Json, say, show_json, show_table
from percorso.cli.quarantine import post_internal
from percorso.cli.segment_rfm import register_rfm
from percorso.model.errors import InvalidInput
from percorso.model.time import to_iso

if TYPE_CHECKING:
    from percorso.cli.opener import OpenCompany
    from percorso.pipeline.segmenting import Line

MOST_SHOWN = 100_000

Id = Annotated[str, typer.Argument(help="Id of a segment.")]
File = Annotated[Path, typer.Argument(help="YAML with id, name and condition; see docs/segments.md.")]
ConditionFile = Annotated[Path, typer.Option("--condition", help="YAML with a condition alone.")]
ListFile = Annotated[
    Path | None,
    typer.Option(
        "--list", help="People of a static list: a file of lines kind:value, a CSV with a column a kind, or JSON."
    ),
]
Who = Annotated[list[str] | None, typer.Argument(help="Who: kind:value, or ids of people.")]
Announce = Annotated[
    bool, typer.Option("--announce", help="Tell Segment Entered of those who are in from the start too.")
]
Limit = Annotated[int, typer.Option("--limit", min=1, max=MOST_SHOWN, help="How many at most.")]


def register(app: typer.Typer) -> None:
    segment = typer.Typer(help="Segments: people who meet a condition, now.", no_args_is_help=True)
    app.add_typer(segment, name="segment")
    register_rfm(segment)

    @segment.command("list")
    def list_(ctx: typer.Context, dir: Dir = None, json: Json = False) -> None:
        """Print every segment with its size."""
        with opener(ctx).open(dir, write=False) as company:
            rows = [_line(one) for one in company.segmenting.lines()]
        if json:
            show_json(rows)
        elif rows:
            show_table(rows)
        else:
            say("There is no segment yet: percorso segment publish FILE.yaml")

    @segment.command()
    def show(ctx: typer.Context, id: Id, dir: Dir = None, json: Json = False) -> None:
        """Print one segment: its condition, its size by day, whom it shares with others."""
        with opener(ctx).open(dir, write=False) as company:
            page = company.segmenting.page(id)
        told: dict[str, Any] = {
            **_line(page.line),
            "condition": page.line.segment.condition,
            "days": [{"day": d.day, "people": d.people, "entered": d.entered, "left": d.left} for d in page.days],
            "overlaps": {one.segment: one.people for one in page.overlaps},
        }
        if json:
            show_json(told)
        else:
            show_table([{"what": name, "is": value} for name, value in told.items() if name != "days"])
            show_table(told["days"])

    @segment.command()
    def count(ctx: typer.Context, condition: ConditionFile, dir: Dir = None, json: Json = False) -> None:
        """Print how many people a condition lets in now. Nothing changes."""
        said = opener(ctx).read_yaml(condition)
        with opener(ctx).open(dir, write=False) as company:
            found = company.segmenting.count(said)
        if json:
            show_json({"people": found.people, "of": found.of, "unknown": list(found.unknown)})
            return
        say(f"{found.people:,} of {found.of:,} people")
        for name in found.unknown:
            say(f"no event {name!r} ever came; check its name")

    @segment.command()
    def people(ctx: typer.Context, id: Id, limit: Limit = 50, dir: Dir = None, json: Json = False) -> None:
        """Print the people of a segment, by id."""
        with opener(ctx).open(dir, write=False) as company:
            rows, number = company.segmenting.inside(id, limit)
            _note(company, "people.listed", f"segments:{len(rows)}")
        shown = [{"person_id": person, "name": name, "since": to_iso(since)} for person, name, since in rows]
        if json:
            show_json({"people": shown, "count": number})
        else:
            show_table(shown)
            say(f"{len(shown):,} of {number:,}")

    @segment.command()
    def publish(
        ctx: typer.Context,
        file: File,
        people: ListFile = None,
        announce: Announce = False,
        dir: Dir = None,
        json: Json = False,
    ) -> None:
        """Put a segment in force, or the next version of it. `count` first."""
        body = opener(ctx).read_yaml(file)
        if not isinstance(body, Mapping):
            raise InvalidInput(f"{file} is a mapping with id, name and condition")
        listed = "" if people is None else people.read_text(encoding="utf-8")
        body = {**body, **({"kind": "static"} if people else {}), **({"announce": True} if announce else {})}
        version = _publish(ctx, dir, body, listed)
        size = _size_of_list(ctx, dir, str(body.get("id"))) if people else {}
        if json:
            show_json({"id": body.get("id"), "version": version, **size})
        else:
            say(f"{body.get('id')}, version {version}, is in force")
            _say_size(size)

    @segment.command()
    def add(
        ctx: typer.Context, id: Id, who: Who = None, people: ListFile = None, dir: Dir = None, json: Json = False
    ) -> None:
        """Put people on a static list."""
        listed = "" if people is None else people.read_text(encoding="utf-8")
        _show_list(id, _change_list(ctx, dir, id, add=who or [], file=listed), json)

    @segment.command()
    def take(ctx: typer.Context, id: Id, who: Who = None, dir: Dir = None, json: Json = False) -> None:
        """Take people from a static list."""
        _show_list(id, _change_list(ctx, dir, id, take=who or []), json)

    @segment.command()
    def archive(ctx: typer.Context, id: Id, dir: Dir = None, json: Json = False) -> None:
        """Take a segment out of force."""
        running = opener(ctx).server(dir)
        if running is not None:
            post_internal(running, f"segments/archive/{id}", {})
        else:
            with opener(ctx).open(dir, write=True) as company:
                company.segments.archive(id, BY)
                _note(company, "segment.archived", id)
                company.follower.drain()
        if json:
            show_json({"archived": id})
        else:
            say(f"{id} is archived")

    @segment.command()
    def export(ctx: typer.Context, id: Id, dir: Dir = None, json: Json = False) -> None:
        """Write the people of a segment as CSV to standard output."""
        import csv

        with opener(ctx).open(dir, write=False) as company:
            company.segments.find(id)
            rows = [(person, to_iso(since)) for person, since in company.members.each(id)]
            _note(company, "segment.exported", f"{id}:{len(rows)}")
        if json:
            show_json([{"person_id": person, "since": since} for person, since in rows])
            return
        writer = csv.writer(sys.stdout)
        writer.writerow(("person_id", "since"))
        writer.writerows(rows)


def _publish(ctx: typer.Context, dir: Path | None, body: Mapping[str, Any], listed: str) -> int:
    from percorso.data.segments.listed import read_list
    from percorso.model.segment import read_draft

    draft, people = read_draft(body), read_list(listed)
    running = opener(ctx).server(dir)
    if running is not None:
        said = {"id": draft.id, "name": dict(draft.name), "kind": draft.kind, "condition": dict(draft.condition)}
        sent = {**said, "announce": draft.announce, "file": listed}
        return int(post_internal(running, "segments/publish", sent)["version"])
    with opener(ctx).open(dir, write=True) as company:
        made = company.segments.publish(draft, BY, people)
        _note(company, "segment.published", f"{made.id}@{made.version}")
        company.follower.drain()
    return made.version


def _change_list(
    ctx: typer.Context, dir: Path | None, id: str, *, add: Sequence[str] = (), take: Sequence[str] = (), file: str = ""
) -> dict[str, Any]:
    """What the list comes to. Raises InvalidInput when nobody is named."""
    from percorso.data.segments.listed import read_list, read_person

    coming, going = [*map(read_person, add), *read_list(file)], [read_person(one) for one in take]
    if not coming and not going:
        raise InvalidInput("say who: kind:value, such as email:ann@example.org, or a file with --list")
    running = opener(ctx).server(dir)
    if running is not None:
        return post_internal(running, f"segments/list/{id}", {"add": list(add), "take": list(take), "file": file})
    with opener(ctx).open(dir, write=True) as company:
        made = company.segments.change_list(id, BY, coming, going)
        _note(company, "segment.published", f"{made.id}@{made.version}")
        company.follower.drain()
        return {"version": made.version, **company.segments.list_size(id)._asdict()}


def _size_of_list(ctx: typer.Context, dir: Path | None, id: str) -> dict[str, int]:
    with opener(ctx).open(dir, write=False) as company:
        return company.segments.list_size(id)._asdict()


def _show_list(id: str, found: Mapping[str, Any], json: bool) -> None:
    if json:
        show_json({"id": id, **found})
    else:
        say(f"{id}, version {found['version']}, is in force")
        _say_size(found)


def _say_size(size: Mapping[str, Any]) -> None:
    if size:
        say(f"{size['identifiers']:,} identifiers; {size['unknown']:,} of them nobody has yet")


def _note(company: "OpenCompany", act: Any, target: str) -> None:
    from percorso.ports import AuditRow

    company.audit.record(AuditRow(company.clock.now(), BY, act, target))


def _line(one: "Line") -> dict[str, Any]:
    segment = one.segment
    return {
        "id": segment.id,
        "name": segment.name["en"],
        "kind": segment.kind,
        "version": segment.version,
        "people": one.people,
        "of": one.of,
        "entered": one.entered,
        "left": one.left,
        "ready": one.is_ready,
    }
