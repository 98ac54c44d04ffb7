"""Notes in the audit log who looks at whom: the id of the person, or how many were shown and where; never a name or a value.

Pages ask again and again, so one row stands for a user, a person and a minute; for a list of work, which names people and is
asked for every few seconds, and an hour.
"""

from percorso.http.auth import Caller
from percorso.http.services import Services
from percorso.model.audit import AuditRow
from percorso.model.time import HOUR, MINUTE


def saw_person(services: Services, caller: Caller, person_id: str | None) -> None:
    """The caller is about to see one person; None: what they see belongs to nobody."""
    if person_id is not None:
        services.reads.note(AuditRow(services.clock.now(), caller.name, "person.read", person_id), MINUTE)


def found_people(services: Services, caller: Caller, place: str, number: int) -> None:
    """The caller asked for people and is about to see so many."""
    services.reads.note(AuditRow(services.clock.now(), caller.name, "people.listed", f"{place}:{number}"), MINUTE)


def saw_list(services: Services, caller: Caller, place: str, number: int | None = None) -> None:
    """The caller is about to see a list of the day's work that names so many people; None: as they come."""
    target = place if number is None else f"{place}:{number}"
    if number != 0:
        services.reads.note(AuditRow(services.clock.now(), caller.name, "people.listed", target), HOUR)
