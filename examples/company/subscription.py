"""Contracts month by month, and the 60 % price: the night rental and capsules were split, and what came of it.

Rental alone is 15 euro and capsules alone 25, before and after. Those with both paid 25, because the machine came free
with the capsules; the split makes it 40, and only they pay more. They cancel in numbers overnight; a month later
the price is taken back, and a part of those who left returns.
"""

from . import touchpoints as at_
from .calls import call, chat
from .cast import Person
from .catalogue import BUNDLE, CURRENCY, SPLIT_PRICE, SUBSCRIPTIONS, Plan
from .delivery import ship
from .letters import letter
from .rhythm import DAY, HOUR, MINUTE
from .surveys import complain, soon
from .world import Wire, World, by_user

MONTHLY_LEAVING = 0.008
"""Share of any plan that leaves in an ordinary month."""
LEAVE_AT_SPLIT = 0.30
"""Share of those with both who leave in the month after the split."""
OVERNIGHT = 0.45
"""Share of these who leave on its first day."""
RETURN = 0.36
"""Share of these who come back after the reversal."""
CALL_AT_SPLIT = 0.34
_CLOSED = ("moved", "too_much_coffee", "other_brand", "not_used")


def sign(world: World, at: int, person: Person, plan: Plan, price: float) -> None:
    """Begin a contract; the next month follows."""
    person.plan, person.price = plan, price
    signed: Wire = {"plan": plan.name, "price": price, "currency": CURRENCY}
    world.tell(at, "crm", "Subscription Started", by_user(person), at_.SIGN_UP, signed)
    if person.machine_id and plan.name != "capsules":
        rented: Wire = {"machine_id": person.machine_id, "months": 12}
        world.tell(at + MINUTE, "crm", "Rental Started", by_user(person), at_.RENTAL, rented)
    world.do(_next_month(world, at, person), renew, person, person.plan)


def _next_month(world: World, at: int, person: Person) -> int:
    """Each has a day of the month of their own."""
    index = world.rhythm.index(at)
    return world.rhythm.start(index + 30) + 3 * HOUR + (person.number % 120) * MINUTE


def renew(world: World, at: int, person: Person, plan: Plan) -> None:
    """A month is paid, or the contract ends."""
    if person.plan is not plan:
        return
    if world.chance(MONTHLY_LEAVING):
        world.do(soon(world, at, 60), leave, person, world.rng.choice(_CLOSED))
        return
    month: Wire = {"plan": plan.name, "price": person.price, "currency": CURRENCY}
    world.tell(at, "crm", "Subscription Renewed", by_user(person), at_.CONTRACT, month)
    world.do(_next_month(world, at, person), renew, person, plan)
    if "capsules" in plan.name:
        ship(world, at, person, world.number("box"), [])
    if world.chance(0.03):
        world.do(soon(world, at, 50), call, person, SUBSCRIPTIONS, "invoice")


def leave(world: World, at: int, person: Person, reason: str) -> None:
    """End the contract."""
    if person.plan is None:
        return
    ended: Wire = {"plan": person.plan.name, "price": person.price, "currency": CURRENCY, "reason": reason}
    world.tell(at, "crm", "Subscription Cancelled", by_user(person), at_.CONTRACT, ended)
    if person.machine_id and person.plan.name != "capsules":
        rental: Wire = {"machine_id": person.machine_id, "reason": reason}
        world.tell(at + MINUTE, "crm", "Rental Ended", by_user(person), at_.RENTAL_RENEWAL, rental)
    person.plan = None


def split(world: World, at: int) -> None:
    """Midnight: the price of those with both goes from 25 to 40."""
    with_both = [p for p in world.cast.of_kind("both") if p.plan and p.joined <= world.rhythm.index(at)]
    for person in with_both:
        _reprice(world, at, person, SPLIT_PRICE, "plans_split")
        if world.chance(0.5):
            letter(world, at + 10 * HOUR + person.number, person, "new_prices")
    leaving = world.rng.sample(with_both, round(LEAVE_AT_SPLIT * len(with_both)))
    overnight = round(OVERNIGHT * len(leaving))
    for turn, person in enumerate(leaving):
        first_day = int(world.rng.uniform(6.5, 23.5) * HOUR)
        later = DAY + int(min(28.0, world.rng.expovariate(1 / 7)) * DAY) + first_day % (14 * HOUR)
        world.do(at + (first_day if turn < overnight else later), leave, person, "price")
        person.wronged += 2
    for person in with_both:
        if world.chance(CALL_AT_SPLIT):
            world.do(soon(world, at + 8 * HOUR, 40), call, person, SUBSCRIPTIONS, "new_prices", 0.35)
        elif world.chance(0.2):
            world.do(soon(world, at + 8 * HOUR, 40), chat, person, "new_prices", "Perché pago di più?", 0.3)
        if world.chance(0.24):
            world.do(soon(world, at + 7 * HOUR, 60), complain, person, "price", {})
    back = leaving[: round(RETURN * len(leaving))]
    world.do(world.reversal, reverse, world.rng.sample(leaving, len(back)))


def reverse(world: World, at: int, back: list[Person]) -> None:
    """The split is taken back: 25 again for those who stayed, and an offer to those who left."""
    for person in world.cast.of_kind("both"):
        if person.plan and person.price == SPLIT_PRICE:
            _reprice(world, at, person, BUNDLE.price, "split_taken_back")
    span = world.day(world.days.welcome_back) - at - 2 * DAY
    for person in back:
        came = at + 9 * HOUR + int(world.rng.random() ** 1.6 * span)
        world.do(soon(world, came, 2), come_back, person)


def _reprice(world: World, at: int, person: Person, price: float, reason: str) -> None:
    if person.plan is None:
        return
    changed: Wire = {"plan": person.plan.name, "price": price, "previous_price": person.price, "currency": CURRENCY}
    changed["increase"] = round(price / person.price - 1, 4)
    changed["reason"] = reason
    world.tell(at + person.number, "crm", "Subscription Changed", by_user(person), at_.CONTRACT, changed)
    person.price = price


def come_back(world: World, at: int, person: Person) -> None:
    """Sign again, for both, at the old price."""
    person.wronged = max(0, person.wronged - 1)
    sign(world, at, person, BUNDLE, BUNDLE.price)
