"""People: who is this, where are they, how do they feel, what next; and everything that happened, on one line."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.concurrency import run_in_threadpool

from percorso.http.auth import Caller, MayPeople
from percorso.http.decision_view import decision_records
from percorso.http.insight import ask_timeline
from percorso.http.names import Names
from percorso.http.person_shapes import PeopleFound, PersonRecord, Timeline
from percorso.http.person_view import PersonFound, person_record, person_summary
from percorso.http.reading import found_people, saw_list, saw_person
from percorso.http.services import Given, Services
from percorso.http.timeline import from_time, merged, read_cursor
from percorso.http.wire import Limit, read_time
from percorso.model.errors import InvalidInput, NotFound

DECISIONS_SHOWN = 100
TASKS_SHOWN = 50

router = APIRouter(prefix="/people", tags=["people"])


@router.get("")
def find_people(
    services: Given, caller: MayPeople, q: Annotated[str, Query(max_length=256)] = "", limit: Limit = 25
) -> PeopleFound:
    """People by identifier or name, exact or by its beginning; without a text, those seen last."""
    rows = services.people.find(q, limit + 1)
    if q.strip():
        found_people(services, caller, "search", len(rows[:limit]))
    else:
        saw_list(services, caller, "people", len(rows[:limit]))
    places = services.people.positions([row.person_id for row in rows])
    names = Names(services.config)
    return PeopleFound(
        people=[person_summary(row, places.get(row.person_id, []), services.config, names) for row in rows[:limit]],
        more=len(rows) > limit,
    )


@router.get("/{person_id}")
def get_person(person_id: str, services: Given, caller: MayPeople) -> PersonRecord:
    """One person. Any id ever given leads to whoever it belongs to now."""
    holder = shown(person_id, services, caller)
    people, nodes = services.people, services.people.nodes(holder)
    node_ids = [node.node_id for node in nodes]
    names = Names(services.config)
    decisions = people.decisions(node_ids, DECISIONS_SHOWN)
    found = PersonFound(
        asked_id=person_id,
        person_id=holder,
        row=people.row(holder),
        nodes=nodes,
        decisions=decision_records(decisions, people.messages([one.decision_id for one in decisions]), names),
        tasks=services.tasks.of(node_ids, TASKS_SHOWN),
    )
    return person_record(found, services.config, names, services.permissions, services.clock.now())


@router.get("/{person_id}/timeline")
async def get_timeline(
    person_id: str,
    services: Given,
    caller: MayPeople,
    before: Annotated[str | None, Query(description="`next_before` of the page before.", max_length=200)] = None,
    at: Annotated[str | None, Query(description="The newest shown is of this time, ISO; without `before`.")] = None,
    channel: Annotated[str | None, Query(max_length=40)] = None,
    limit: Limit = 50,
) -> Timeline:
    """What happened and what we did, newest first, over all channels or one."""
    if at is not None and before is not None:
        raise InvalidInput("`before` says where the next page begins: leave `at` out")
    moment = read_time(at, "at")
    cursor = read_cursor(before) if moment is None else from_time(moment)
    holder = await run_in_threadpool(shown, person_id, services, caller)
    events = await ask_timeline(services.analysis, holder, cursor.events, channel, limit)
    return await run_in_threadpool(merged, services, holder, events, cursor, channel)


def shown(person_id: str, services: Services, caller: Caller) -> str:
    """Who holds a person id ever given; that the caller looks at them is noted."""
    holder = holder_of(person_id, services)
    saw_person(services, caller, holder)
    return holder


def holder_of(person_id: str, services: Services) -> str:
    """Who holds a person id ever given. Raises NotFound."""
    holder = services.people.holder(person_id)
    if holder is None:
        raise NotFound("nobody has this id; search by name or identifier")
    return holder
