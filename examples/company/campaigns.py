"""Two messages with a randomised holdout: one works, the other, which the management likes, does not.

Both arms stand on events: ``Experiment Viewed`` says who was assigned to what, treated or not, at the moment of sending.
"""

from . import touchpoints as at_
from .cast import Person
from .letters import send
from .rhythm import DAY, EVENING, MINUTE
from .shopping import buy
from .world import Wire, World, by_user

WINBACK = "winback-coffee"
MONDAY = "monday-discount"
UPLIFT = {WINBACK: 0.12, MONDAY: 0.0}
"""Planted share of the treated whom the message moves to buy within 30 days."""
WITHIN_DAYS = 30


def run(world: World, at: int, experiment: str) -> None:
    """Assign everybody who takes our mails to an arm, half and half; write to one arm only."""
    eligible = [
        person
        for person in world.cast.of_kind("shopper", "capsules", "rental", "both")
        if person.newsletter and person.user_id and person.joined <= world.rhythm.index(at) - 30
    ]
    world.rng.shuffle(eligible)
    half = len(eligible) // 2
    moved = set(world.rng.sample(range(half), round(UPLIFT[experiment] * half)))
    for turn, person in enumerate(eligible):
        arm = "treated" if turn < half else "holdout"
        _assign(world, at + turn, person, experiment, arm)
        if arm == "treated":
            send(world, at + 5 * MINUTE + turn * 20, person, experiment, at_.PROMOTION, arm)
            if turn in moved:
                days = world.rng.uniform(0.4, WITHIN_DAYS - 3)
                later = world.rhythm.after(EVENING, at + int(days * DAY), 0.3, world.rng)
                link: Wire = {"source": "newsletter", "medium": "email", "name": experiment}
                world.do(min(later, at + (WITHIN_DAYS - 1) * DAY), buy, person, "BENTORNATO", link)
    world.note(experiment, "moved", len(moved))


def _assign(world: World, at: int, person: Person, experiment: str, arm: str) -> None:
    seen: Wire = {
        "experiment_id": experiment,
        "experiment_name": experiment,
        "variation_id": arm,
        "variation_name": arm,
    }
    world.tell(at, "email", "Experiment Viewed", by_user(person), at_.PROMOTION, seen)
