"""Parcels: shipped, delivered on time or late, judged, returned; the courier that is late in one region for weeks."""

from . import touchpoints as at_
from .calls import ask_later
from .cast import Person
from .catalogue import SUPPORT
from .comments import Feeling, comment
from .rhythm import DAY, HOUR, iso
from .surveys import complain, csat, soon
from .world import Who, Wire, World, by_email, by_user, external

LATE_REGION = "Puglia"
LATE = 0.05
"""Share of parcels that come late anywhere, any time."""
LATE_THERE = 0.62
"""The same in the late region in the weeks of the planted delay."""
COOLS = 1.7
"""How many times longer people wait with their next purchase after a late parcel."""


def ship(world: World, at: int, person: Person, order_id: str, basket: list[Wire]) -> None:
    """All that happens between an order and its judgement."""
    rng = world.rng
    who = by_user(person) if rng.random() < 0.7 else Who({}, {"externalIds": external("email", person.email)})
    there: Wire = {"order_id": order_id, "courier": person.region.courier, "region": person.region.name}
    shipped = world.rhythm.start(world.rhythm.index(at) + 1) + int(rng.uniform(9, 17) * HOUR)
    world.tell(shipped, "delivery", "Parcel Shipped", who, at_.PARCEL, there)
    estimated = world.rhythm.start(world.rhythm.index(at) + 4) + 19 * HOUR
    hit = person.region.name == LATE_REGION and world.late[0] <= estimated < world.late[1]
    late = rng.random() < (LATE_THERE if hit else LATE)
    delivered = estimated + (_late(world, hit) if late else -int(rng.uniform(0.5, 34) * HOUR))
    delivered = max(delivered, shipped + 5 * HOUR)
    world.do(delivered, arrive, person, who, there, estimated, basket)
    if late and rng.random() < 0.3:
        ask_later(world, estimated + 2 * HOUR, person, SUPPORT, "where_is_my_order", 16)


def _late(world: World, hit: bool) -> int:
    """How late: a day or two as a rule, three to seven in the weeks of the delay."""
    days = int(world.rng.uniform(3, 7) if hit else world.rng.uniform(1, 2.5))
    return days * DAY - int(world.rng.uniform(1, 9) * HOUR)


def arrive(world: World, at: int, person: Person, who: Who, there: Wire, estimated: int, basket: list[Wire]) -> None:
    """The parcel is there."""
    rng = world.rng
    late = at > estimated
    delivered: Wire = {**there, "delivered_at": iso(at), "estimated_at": iso(estimated)}
    world.tell(at, "delivery", "Parcel Delivered", who, at_.PARCEL, delivered)
    about: Wire = {"order_id": there["order_id"]}
    if late:
        person.wronged += 1
        if person.web_days:
            person.web_days *= COOLS
        if rng.random() < 0.16:
            world.do(soon(world, at, 10), complain, person, "delivery", {**about, "region": there["region"]})
    elif rng.random() < 0.012:
        world.do(soon(world, at, 24), complain, person, "delivery", {**about, "region": there["region"]})
    if rng.random() < 0.22:
        judged = "late" if late else "delivery"
        world.do(soon(world, at, 20), csat, person, "delivery", judged, by_email(person), at_.SURVEY_MAIL, about)
    if basket and rng.random() < 0.02:
        review(world, soon(world, at, 90), person, basket[0], late)
    if basket and rng.random() < 0.03:
        back = basket[:1]
        amount = round(sum(line["price"] * line["quantity"] for line in back), 2)
        given: Wire = {"order_id": there["order_id"], "revenue": amount, "currency": "EUR", "products": back}
        given |= {"reason": "damaged" if late else "not_as_expected"}
        world.tell(at + int(rng.uniform(2, 12)) * DAY, "crm", "Order Refunded", by_user(person), at_.RETURNS, given)


def review(world: World, at: int, person: Person, line: Wire, late: bool) -> None:
    """A public review of a product, spoilt by a late parcel."""
    rating = world.rng.choice((1, 2, 3)) if late else world.rng.choices((2, 3, 4, 5), (4, 8, 30, 58))[0]
    feeling: Feeling = "glad" if rating >= 4 else "so_so" if rating == 3 else "cross"
    said: Wire = {"product_id": line["product_id"], "rating": rating, "language": person.language}
    said["text"] = comment("delivery" if late else "brand", feeling, person.language, world.rng)
    world.tell(at, "web", "Product Reviewed", by_user(person), at_.REVIEW, said)
