"""Courses and tastings: people who come buy more afterwards, which is one of the true beliefs."""

from . import touchpoints as at_
from .cast import Person
from .catalogue import COURSES, SHOPS
from .rhythm import EVENING, HOUR
from .surveys import csat, soon
from .world import Who, Wire, World, by_email, external

BUY_MORE = 1.6
"""How many times as often people buy after a course."""


def gatherings(world: World, at: int) -> None:
    """A course or a tasting in some shop, and the next one."""
    world.do(world.rhythm.after(EVENING, at, 365 / (4 + 0.018 * len(world.cast.people)), world.rng), gatherings)
    shop = world.rng.choice(SHOPS)
    index = world.rhythm.index(at) + 7
    begins = world.rhythm.start(index) + (18 if world.chance(0.6) else 10) * HOUR
    near = [p for p in world.cast.people if p.region.name == shop.region and p.user_id and p.joined <= index - 7]
    guests = world.rng.sample(near, min(len(near), world.rng.randint(4, 9)))
    number = world.number("course")
    if world.chance(0.3):
        for guest in guests:
            came: Wire = {"event_id": number, "title": "Degustazione", "place": shop.city, "store_id": shop.store_id}
            world.tell(begins + guest.number, "courses", "Event Attended", by_email(guest), at_.TASTING, came)
        return
    title = world.rng.choice(COURSES)
    for guest in guests:
        world.do(at + guest.number, _book, guest, number, title, shop.city, shop.store_id, begins)


def _book(
    world: World, at: int, person: Person, number: str, title: str, place: str, store_id: str, begins: int
) -> None:
    course: Wire = {"course_id": number, "title": title, "place": place, "store_id": store_id}
    who = Who({"userId": person.user_id}, {"externalIds": external("email", person.email)})
    world.tell(at, "courses", "Course Booked", who, at_.COURSE, course)
    if world.chance(0.9):
        world.do(begins + person.number % 1000, attend, person, course)


def attend(world: World, at: int, person: Person, course: Wire) -> None:
    """Come to a course, and come to the shop more often from now on."""
    world.tell(at, "courses", "Course Attended", by_email(person), at_.COURSE, course)
    if person.web_days:
        person.web_days /= BUY_MORE
    if person.shop_days:
        person.shop_days /= BUY_MORE
    if world.chance(0.5):
        world.do(
            soon(world, at + 3 * HOUR, 20), csat, person, "course", "course", by_email(person), at_.SURVEY_MAIL, {}
        )
