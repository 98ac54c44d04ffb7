"""The world of the simulation: an agenda of what is to come, the cast, and one source of chance.

Each activity is a function that runs at its time, emits items (at once or later) and puts its next turn into the agenda.
Everything comes out of one heap, so the stream is in time order and goes on as long as it is asked.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from heapq import heappop, heappush
from random import Random
from typing import Any, Concatenate, NamedTuple, ParamSpec

from .cast import Cast, Company, Person
from .rhythm import Rhythm, iso
from .timeline import Timeline

Wire = dict[str, Any]
"""One Segment call."""
Act = Callable[["World", int], None]
Extra = ParamSpec("Extra")


class Item(NamedTuple):
    """One item of the stream.

    at      when it happens, microseconds since 1970 UTC, as Percorso keeps time; the wire says it in ISO 8601
    source  the system that tells it: web, app, till, callcentre, delivery, machines, email, courses or crm
    wire    the call, as any Segment client would send it
    """

    at: int
    source: str
    wire: Wire


class Who(NamedTuple):
    """How an item names its person: fields of the call, and fields of its context."""

    ids: Mapping[str, Any]
    context: Mapping[str, Any]


NOBODY = Who({}, {})


class World:
    """Everything an activity may read and change. Times are milliseconds."""

    def __init__(self, seed: int, cast: Cast, days: Timeline, rng: Random) -> None:
        self.seed = seed
        self.cast = cast
        self.days = days
        self.rng = rng
        self.rhythm = Rhythm(days.first)
        self.start = self.day(days.first)
        self.mark = f"{seed}-"
        self.trickling = False
        self._heap: list[tuple[int, int, str | None, Any]] = []
        self._turn = 0
        self._numbers: dict[str, int] = {}
        self._told: dict[str, int] = {}
        self.notes: dict[str, dict[str, Any]] = {}
        self.fault = (self.day(days.fault[0]), self.day(days.fault[1]))
        self.late = (self.day(days.late[0]), self.day(days.late[1]))
        self.split = self.day(days.split)
        self.reversal = self.day(days.reversal)
        self.persons = {person.number: person for person in cast.people}

    def day(self, day: Any) -> int:
        """The first instant of a civil day."""
        return self.rhythm.start((day - self.days.first).days)

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    def number(self, kind: str) -> str:
        """The next number of a series (orders, calls, tickets)."""
        self._numbers[kind] = number = self._numbers.get(kind, 0) + 1
        return f"{kind}-{self.mark}{number:06d}"

    def note(self, truth: str, key: str, value: Any) -> None:
        """Keep a fact of the story that no event tells."""
        self.notes.setdefault(truth, {})[key] = value

    def do(
        self,
        at: int,
        act: Callable[Concatenate["World", int, Extra], None],
        *args: Extra.args,
        **kwargs: Extra.kwargs,
    ) -> None:
        """Let an activity run at a time: ``act(world, at, ...)``."""
        self._turn += 1
        heappush(self._heap, (at, self._turn, None, partial(_call, act, args, kwargs) if args or kwargs else act))

    def tell(
        self,
        at: int,
        source: str,
        event: str,
        who: Who,
        touchpoint: str | None,
        properties: Wire,
        context: Wire | None = None,
    ) -> None:
        """Emit a track call."""
        wire: Wire = {"type": "track", "event": event, "messageId": "", "timestamp": "", **who.ids}
        wire["properties"] = properties
        here: Wire = {"touchpoint": touchpoint} if touchpoint else {}
        wire["context"] = {**here, **who.context, **context} if context else {**here, **who.context}
        self._turn += 1
        heappush(self._heap, (at, self._turn, source, wire))

    def page(self, at: int, source: str, name: str, who: Who, touchpoint: str, path: str, context: Wire) -> None:
        """Emit a page call, or a screen call when it comes from the app."""
        kind = "screen" if source == "app" else "page"
        wire: Wire = {"type": kind, "name": name, "messageId": "", "timestamp": "", **who.ids}
        wire["properties"] = {"screen": path} if kind == "screen" else {"path": path}
        wire["context"] = {"touchpoint": touchpoint, **who.context, **context}
        self._turn += 1
        heappush(self._heap, (at, self._turn, source, wire))

    def identify(
        self, at: int, source: str, person: Person, touchpoint: str | None, ids: Wire, external: list[Wire]
    ) -> None:
        """Emit an identify call with what the company knows of a person."""
        wire: Wire = {"type": "identify", "messageId": "", "timestamp": "", **ids, "traits": traits(person)}
        here: Wire = {"touchpoint": touchpoint} if touchpoint else {}
        wire["context"] = {**here, "externalIds": external} if external else here
        self._turn += 1
        heappush(self._heap, (at, self._turn, source, wire))

    def group(self, at: int, source: str, person: Person, company: Company, touchpoint: str | None) -> None:
        """Emit a group call: this person belongs to that company."""
        wire: Wire = {"type": "group", "messageId": "", "timestamp": "", "userId": person.user_id}
        wire["groupId"] = company.company_id
        wire["traits"] = {
            "name": company.name,
            "industry": company.industry,
            "employees": company.employees,
            "city": company.city,
            "region": company.region.name,
        }
        wire["context"] = {"touchpoint": touchpoint} if touchpoint else {}
        self._turn += 1
        heappush(self._heap, (at, self._turn, source, wire))

    def stream(self, until: int | None = None) -> Iterator[Item]:
        """The items before `until`, in time order; without `until` it never ends. It may be taken up again later."""
        heap, told = self._heap, self._told
        while heap and (until is None or heap[0][0] < until):
            at, _, source, what = heappop(heap)
            if source is None:
                what(self, at)
                continue
            told[source] = number = told.get(source, 0) + 1
            what["messageId"] = f"{source}-{self.mark}{number:07d}"
            what["timestamp"] = iso(at)
            yield Item(at * 1000, source, what)

    def restart(self, mark: str) -> None:
        """Begin new numbers and new chances, so that two continuations of one year never repeat an id.

        From now on it is a trickle: what goes to everybody at once goes to a few.
        """
        self.mark = mark
        self.trickling = True
        self._numbers.clear()
        self._told.clear()
        self.rng.seed(f"{self.seed}/{mark}")


def _call(act: Callable[..., None], args: tuple[Any, ...], kwargs: dict[str, Any], world: World, at: int) -> None:
    act(world, at, *args, **kwargs)


def traits(person: Person) -> Wire:
    """What a customer's record holds."""
    known: Wire = {"firstName": person.first, "lastName": person.last, "language": person.language}
    if person.email:
        known["email"] = person.email
    if person.phone:
        known["phone"] = person.phone
    known["birthday"] = person.birthday.isoformat()
    known["city"] = person.city
    known["region"] = person.region.name
    return known


def external(kind: str, value: str | None) -> list[Wire]:
    """An identifier outside userId and anonymousId, as a list for a context; empty when there is none."""
    return [{"type": kind, "id": value}] if value else []


def by_user(person: Person) -> Who:
    """Named by the account; who buys for a company says which."""
    return Who({"userId": person.user_id}, {"groupId": person.company.company_id} if person.company else {})


def by_email(person: Person) -> Who:
    """Named by the address the mail went to."""
    return Who({}, {"externalIds": external("email", person.email)})


def by_phone(person: Person) -> Who:
    """Named by the number that called; by the account when the company has no number."""
    return Who({}, {"externalIds": external("phone", person.phone)}) if person.phone else by_user(person)


def by_card(person: Person) -> Who:
    """Named by the card shown at the till."""
    return Who({}, {"externalIds": external("card", person.card)})


def by_machine(person: Person) -> Who:
    """Named by the machine alone."""
    return Who({}, {"externalIds": external("machine", person.machine_id)})
