"""Surveys: how content people are, whether they say so, and what they write.

Whether a person answers does not depend on the answer, so that the scores in the events are those that were planted.
"""

from . import touchpoints as at_
from .cast import Person
from .comments import Feeling, comment
from .rhythm import DAY, HOUR, MINUTE
from .world import Who, Wire, World, by_email, by_user

CSAT = {
    "delivery": (0.03, 0.05, 0.10, 0.34, 0.48),
    "late": (0.34, 0.28, 0.20, 0.12, 0.06),
    "call": (0.06, 0.08, 0.14, 0.34, 0.38),
    "unsolved": (0.36, 0.27, 0.19, 0.12, 0.06),
    "store": (0.02, 0.03, 0.07, 0.30, 0.58),
    "chat": (0.07, 0.08, 0.15, 0.36, 0.34),
    "course": (0.01, 0.01, 0.04, 0.22, 0.72),
}
"""Planted shares of the scores 1 to 5, by what is judged."""

NPS = {"content": (0.11, 0.27), "wronged": (0.52, 0.30)}
"""Planted shares of detractors and passives; promoters are the rest."""

CES = {"repair": (0.05, 0.06, 0.09, 0.14, 0.22, 0.26, 0.18), "late_repair": (0.2, 0.2, 0.18, 0.16, 0.12, 0.09, 0.05)}
"""Planted shares of the scores 1 to 7."""

WROTE = 0.42


def csat(world: World, at: int, person: Person, matter: str, judged: str, who: Who, place: str, about: Wire) -> None:
    """A satisfaction answer, 1 to 5, about a matter, drawn from the planted shares of what is judged."""
    score = world.rng.choices((1, 2, 3, 4, 5), CSAT[judged])[0]
    feeling: Feeling = "glad" if score >= 4 else "so_so" if score == 3 else "cross"
    _answer(world, at, person, "csat", score, 5, matter, feeling, who, place, about)


def ces(world: World, at: int, person: Person, judged: str, about: Wire) -> None:
    """An effort answer, 1 to 7, high is easy, after a repair."""
    score = world.rng.choices((1, 2, 3, 4, 5, 6, 7), CES[judged])[0]
    feeling: Feeling = "glad" if score >= 6 else "so_so" if score >= 4 else "cross"
    _answer(world, at, person, "ces", score, 7, "machine", feeling, by_email(person), at_.SURVEY_MAIL, about)


def nps_score(world: World, wronged: bool) -> int:
    """0 to 10, by the planted shares."""
    detractors, passives = NPS["wronged" if wronged else "content"]
    roll = world.rng.random()
    if roll < detractors:
        return world.rng.choices((0, 1, 2, 3, 4, 5, 6), (4, 3, 4, 7, 11, 26, 45))[0]
    return world.rng.choice((7, 8, 8)) if roll < detractors + passives else world.rng.choice((9, 9, 10, 10, 10))


def nps_wave(world: World, at: int) -> None:
    """The question of the week, by email or in the app, to one person in thirteen: everybody once a quarter, so that the
    score never stands still. One in seven answers."""
    index = world.rhythm.index(at)
    for person in world.cast.people:
        asked = person.email and person.user_id and person.joined <= index and person.number % 13 == index // 7 % 13
        if asked and world.chance(0.14):
            world.do(at + int(world.rng.random() ** 2 * 3 * DAY) + MINUTE, nps, person)


def nps(world: World, at: int, person: Person) -> None:
    """One answer to the question whether they would recommend us; those who were let down answer as such."""
    score = nps_score(world, person.wronged > 0)
    feeling: Feeling = "glad" if score >= 9 else "so_so" if score >= 7 else "cross"
    in_app = "app" in person.devices and world.chance(0.4)
    who = by_user(person) if in_app else by_email(person)
    place = at_.SURVEY_APP if in_app else at_.SURVEY_MAIL
    matter = "price" if person.wronged > 1 else "brand"
    if score >= 9 and world.chance(0.08):
        code: Wire = {"code": f"AMICI-{person.number}", "channel": "email"}
        world.tell(at + 20 * MINUTE, "crm", "Referral Made", by_user(person), at_.REFERRAL, code)
    _answer(world, at, person, "nps", score, 10, matter, feeling, who, place, {"survey_id": "nps-relation"})


def _answer(
    world: World,
    at: int,
    person: Person,
    kind: str,
    score: int,
    scale: int,
    matter: str,
    feeling: Feeling,
    who: Who,
    place: str,
    about: Wire,
) -> None:
    answer: Wire = {"kind": kind, "score": score, "scale": scale, **about}
    if world.chance(WROTE if feeling != "cross" else WROTE + 0.3):
        answer["comment"] = comment(matter, feeling, person.language, world.rng)
        answer["language"] = person.language
    source = {at_.SURVEY_APP: "app", at_.SURVEY_CALL: "callcentre", at_.SURVEY_WEB: "web", at_.SURVEY_SHOP: "till"}.get(
        place, "email"
    )
    world.tell(at, source, "Survey Answered", who, place, answer)


def complain(world: World, at: int, person: Person, matter: str, about: Wire) -> None:
    """A complaint, most by email, some in the open."""
    text = comment(matter, "cross", person.language, world.rng)
    filed: Wire = {"subject": matter, "text": text, "language": person.language, **about}
    social = world.chance(0.18)
    who = by_user(person) if person.user_id else by_email(person)
    place = at_.SOCIAL_MESSAGE if social else at_.MAIL_SUPPORT
    world.tell(at, "crm", "Complaint Filed", who, place, {**filed, "channel": "social" if social else "email"})
    person.wronged += 1


def soon(world: World, at: int, hours: float) -> int:
    """Some time after, never at night."""
    later = at + int(world.rng.expovariate(1 / hours) * HOUR) + 5 * MINUTE
    index = world.rhythm.index(later)
    morning, evening = world.rhythm.start(index) + 8 * HOUR, world.rhythm.start(index) + 22 * HOUR
    if later < morning:
        return morning + later % (2 * HOUR)
    return later if later < evening else world.rhythm.start(index + 1) + 8 * HOUR + later % (3 * HOUR)
