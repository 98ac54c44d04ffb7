"""What the company sends to many: the newsletter every other Thursday, letters, catalogues."""

from . import touchpoints as at_
from .cast import Person
from .content import from_mail
from .rhythm import DAY, EVENING, HOUR, MINUTE
from .world import Wire, World, by_email, by_user

OPENS = 0.36
CLICKS = 0.07
EVERY_DAYS = 14
REACHED = 0.93
"""Share of the subscribers an issue gets to."""
REACHED_LIVE = 0.03
"""The same in a trickle, which a whole issue would fill for an hour."""


def newsletter(world: World, at: int, number: int) -> None:
    """One issue to everybody who takes it, and the next one in two weeks."""
    index = world.rhythm.index(at)
    world.do(world.rhythm.start(index + EVERY_DAYS) + 10 * HOUR, newsletter, number + 1)
    campaign = f"newsletter-{number:03d}"
    reached = REACHED_LIVE if world.trickling else REACHED
    for person in world.cast.people:
        if person.newsletter and person.email and person.joined <= index and world.chance(reached):
            send(world, at + int(world.rng.random() * 40 * MINUTE), person, campaign, at_.NEWSLETTER)


def send(world: World, at: int, person: Person, campaign: str, place: str, arm: str | None = None) -> None:
    """One mail: delivered, perhaps opened, perhaps clicked, perhaps the last one."""
    rng = world.rng
    who = by_email(person)
    sent: Wire = {"message_id": f"{campaign}-{person.number}", "campaign": campaign}
    if arm:
        sent["arm"] = arm
    world.tell(at, "email", "Message Delivered", who, place, {**sent, "channel": "email"})
    if rng.random() > OPENS + 0.05 * person.warmth:
        return
    opened = world.rhythm.after(EVENING, at, 0.35, rng)
    world.tell(opened, "email", "Email Opened", who, place, sent)
    roll = rng.random()
    if roll < CLICKS / OPENS:
        world.tell(opened + MINUTE, "email", "Email Clicked", who, place, sent)
        link: Wire = {"source": "newsletter", "medium": "email", "name": campaign}
        world.do(opened + MINUTE + 3000, from_mail, person, link)
    elif roll > 0.997:
        person.newsletter = False
        left: Wire = {"message_id": sent["message_id"], "campaign": campaign, "reason": "too_many"}
        world.tell(opened + 2 * MINUTE, "email", "Email Unsubscribed", who, place, left)
        consent(world, opened + 2 * MINUTE + 500, person, "withdrawn")


def consent(world: World, at: int, person: Person, status: str) -> None:
    """Tell whether somebody wants our mails."""
    for purpose in ("marketing", "feedback") if status == "granted" else ("marketing",):
        choice: Wire = {"purpose": purpose, "channel": "email", "status": status}
        world.tell(at, "crm", "Consent Updated", by_user(person), at_.ACCOUNT, choice)


def catalogue(world: World, at: int, person: Person) -> None:
    """Ask for the printed catalogue; it is posted after some days."""
    which: Wire = {"catalogue": "regali", "language": person.language}
    world.tell(at, "web", "Catalogue Requested", by_user(person), at_.CATALOGUE, which)
    posted = world.rhythm.start(world.rhythm.index(at) + 3) + 11 * HOUR
    world.tell(posted, "crm", "Catalogue Posted", by_user(person), at_.CATALOGUE, {"catalogue": "regali"})


def letter(world: World, at: int, person: Person, subject: str) -> None:
    """Post a letter."""
    posted: Wire = {"letter": world.number("letter"), "subject": subject}
    world.tell(at, "crm", "Letter Posted", by_user(person), at_.LETTER, posted)


def catalogues(world: World, at: int) -> None:
    """Somebody asks for a catalogue, now and then; most before Christmas."""
    world.do(world.rhythm.after(EVENING, at, 365 / (0.05 * len(world.cast.people)), world.rng), catalogues)
    asking = [
        p for p in world.rng.sample(world.cast.people, min(8, len(world.cast.people))) if _reachable(world, p, at)
    ]
    if asking:
        catalogue(world, at, asking[0])


def first_issue(world: World) -> int:
    """The first Thursday morning of the story."""
    ahead = (3 - world.days.first.weekday()) % 7
    return world.start + ahead * DAY + 10 * HOUR


def _reachable(world: World, person: Person, at: int) -> bool:
    return person.user_id is not None and person.joined <= world.rhythm.index(at)
