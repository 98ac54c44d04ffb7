"""The paths of the named people, item by item, and what the referral brought."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ..cast import Person
from ..stories import NIVES, OTTAVIA, REFERRED
from ..world import Item, World
from .witness import Fact, Witness, name_of


class Paths(Witness):
    """Everything that names one of the three, by whatever identifier."""

    key = "stories"

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.steps: dict[str, list[Fact]] = {NIVES: [], OTTAVIA: [], REFERRED: []}
        self.referral_eur = 0.0

    def see(self, item: Item, properties: Mapping[str, Any], person: Person | None) -> None:
        if person is None or person.kind != "story" or person.user_id is None:
            return
        wire = item.wire
        step = {"at": wire["timestamp"], "name": name_of(wire), "touchpoint": wire["context"].get("touchpoint")}
        self.steps[person.user_id].append({**step, "source": item.source, "message_id": wire["messageId"]})
        if person.user_id == REFERRED:
            if step["name"] == "Order Completed":
                self.referral_eur += properties["revenue"]
            elif step["name"] in ("Subscription Started", "Subscription Renewed"):
                self.referral_eur += properties["price"]

    def tell(self) -> Fact:
        people = {person.user_id: person for person in self.world.cast.people if person.kind == "story"}
        return {
            "machine_fault": {
                "person": _identity(people[NIVES]),
                "touchpoints": sorted({str(step["touchpoint"]) for step in self.steps[NIVES] if step["touchpoint"]}),
                "path": self.steps[NIVES],
            },
            "consultant_call": {
                "person": _identity(people[OTTAVIA]),
                "in_target": False,
                "minutes_from_guide_to_call": self._minutes(),
                "referred": _identity(people[REFERRED]),
                "days_from_call_to_referral": self._days(),
                "referral_eur": round(self.referral_eur, 2),
                "path": self.steps[OTTAVIA],
                "path_of_the_referred": self.steps[REFERRED],
            },
        }

    def _when(self, name: str) -> datetime | None:
        found = next((step for step in self.steps[OTTAVIA] if step["name"] == name), None)
        return datetime.fromisoformat(found["at"]) if found else None

    def _minutes(self) -> float | None:
        guide, rings = self._when("Guide Downloaded"), self._when("Call Offered")
        return (rings - guide).total_seconds() / 60 if guide and rings else None

    def _days(self) -> int | None:
        rings, sent = self._when("Call Offered"), self._when("Referral Made")
        return (sent - rings).days if rings and sent else None


def _identity(person: Person) -> Fact:
    known: dict[str, Fact] = {"name": person.name, "user_id": person.user_id, "email": person.email}
    known["phone"] = person.phone
    if person.card:
        known["card"] = person.card
    if person.machine_id:
        known["machine"] = person.machine_id
    if person.company:
        known["company"] = {"company_id": person.company.company_id, "employees": person.company.employees}
    return {**known, "anonymous_ids": list(person.devices.values())}
