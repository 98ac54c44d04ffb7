"""Buying: the checkout on the website and in the app with its planted fault, and the till."""

from . import touchpoints as at_
from .browsing import Session, about, browse, choose, device_of, session
from .calls import ask_later
from .cast import Person
from .catalogue import CURRENCY, PRODUCTS, SHOPS, SUPPORT, Product
from .delivery import ship
from .rhythm import DAY, EVENING, HOUR, MINUTE, OFFICE, SECOND, SHOP, WEB
from .surveys import csat
from .world import NOBODY, Wire, World, by_card

FAILS = 0.02
"""How often a checkout fails, on any device, on an ordinary day."""
FAULT_FAILS = 0.40
"""How often it fails on a mobile website in the month of the fault."""
TRIES_AGAIN = 0.35
"""Share of those who fail and buy later the same day."""


def visits(world: World, at: int, person: Person) -> None:
    """A visit, and the appointment for the next one."""
    if person.web_days is None:
        return
    curve = OFFICE if person.company else EVENING if person.number % 4 == 0 else WEB
    world.do(world.rhythm.after(curve, at, person.web_days, world.rng), visits, person)
    buying = person.joined <= world.rhythm.index(at) and world.chance(person.buys)
    now = session(world, person, device_of(world, person, buying), buying or world.chance(0.5))
    last, seen = browse(world, at, now, buying)
    if buying and seen:
        checkout(world, last, now, seen)


def checkout(world: World, at: int, now: Session, seen: list[Product], coupon: str | None = None) -> None:
    """Fill the cart, start the checkout, and finish it unless it fails."""
    rng = world.rng
    basket = _basket(world, seen, 1.0)
    place = at_.APP_CHECKOUT if now.source == "app" else at_.CART
    for product in basket:
        at += int((5 + rng.random() * 40) * SECOND)
        world.tell(at, now.source, "Product Added", now.who, place, {**product, "device": now.device}, now.context)
    if rng.random() < 0.22:
        return
    at += int((20 + rng.expovariate(1 / 60)) * SECOND)
    cart = _amount(basket)
    begun: Wire = {"revenue": cart, "currency": CURRENCY, "device": now.device}
    place = at_.APP_CHECKOUT if now.source == "app" else at_.CHECKOUT
    world.tell(at, now.source, "Checkout Started", now.who, place, begun, now.context)
    at += int((40 + rng.expovariate(1 / 50)) * SECOND)
    broken = now.device == "mobile" and world.fault[0] <= at < world.fault[1]
    if rng.random() < (FAULT_FAILS if broken else FAILS):
        error = "payment_page_timeout" if broken else rng.choice(("card_declined", "session_expired"))
        failed: Wire = {"error": error, "device": now.device}
        world.tell(at, now.source, "Checkout Failed", now.who, place, failed, now.context)
        _after_failure(world, at, now, seen)
        return
    order(world, at, now, basket, coupon)


def _after_failure(world: World, at: int, now: Session, seen: list[Product]) -> None:
    """Some try again, elsewhere if they can; some call; the rest are lost."""
    roll = world.rng.random()
    if roll < TRIES_AGAIN:
        other = next((device for device in now.person.devices if device != "mobile"), None)
        if other:
            world.do(at + int(world.rng.uniform(0.2, 5) * HOUR), _again, session(world, now.person, other, True), seen)
    elif roll < TRIES_AGAIN + 0.12:
        ask_later(world, at, now.person, SUPPORT, "payment", 3)


def _again(world: World, at: int, now: Session, seen: list[Product]) -> None:
    checkout(world, at, now, seen)


def order(
    world: World, at: int, now: Session, basket: list[Wire], coupon: str | None = None, kept: bool = False
) -> str:
    """A completed order online, and all that follows from it. Returns its id. Unless `kept`, a few are cancelled."""
    person = now.person
    revenue = _amount(basket)
    order_id = world.number("web")
    bought: Wire = {"order_id": order_id, "revenue": revenue, "currency": CURRENCY, "products": basket}
    bought |= {"region": person.region.name, "device": now.device}
    place = at_.APP_CHECKOUT if now.source == "app" else at_.CHECKOUT
    if coupon:
        bought |= {"coupon": coupon}
        redeemed: Wire = {"coupon": coupon, "order_id": order_id}
        world.tell(at, now.source, "Coupon Redeemed", now.who, place, redeemed, now.context)
    world.tell(at + SECOND, now.source, "Order Completed", now.who, place, bought, now.context)
    if not kept and world.chance(0.012):
        cancelled: Wire = {"order_id": order_id, "reason": "changed_mind"}
        world.tell(
            at + int(world.rng.uniform(0.5, 10) * HOUR), "crm", "Order Cancelled", now.who, at_.ACCOUNT, cancelled
        )
        return order_id
    ship(world, at, person, order_id, basket)
    return order_id


def buy(world: World, at: int, person: Person, coupon: str | None = None, campaign: Wire | None = None) -> None:
    """Come to the website and buy, in one visit, without mishap."""
    now = session(world, person, device_of(world, person, True), True)
    last, seen = browse(world, at, now, True, campaign)
    order(world, last + 2 * MINUTE, now, _basket(world, seen, 1.0), coupon)


def _basket(world: World, seen: list[Product], scale: float) -> list[Wire]:
    """What of the things seen goes into the cart."""
    rng = world.rng
    wanted = seen[-min(len(seen), 1 + int(rng.expovariate(1.1))) :]
    return [{**about(product), "quantity": 1 + int(rng.expovariate(1.3) * scale)} for product in wanted]


def _amount(basket: list[Wire]) -> float:
    return round(float(sum(line["price"] * line["quantity"] for line in basket)), 2)


def shop_visits(world: World, at: int, person: Person) -> None:
    """Come to the shop, and the appointment for the next time."""
    if person.shop_days is None:
        return
    world.do(world.rhythm.after(SHOP, at, person.shop_days, world.rng), shop_visits, person)
    shop_visit(world, at, person)


def shop_visit(world: World, at: int, person: Person) -> None:
    """Buy at the till with the card."""
    rng = world.rng
    here: Wire = {"store_id": person.store_id, "region": person.region.name}
    card = by_card(person)
    if rng.random() < 0.2:
        world.tell(at, "till", "Store Visited", card, at_.VISIT, here)
        at += int(rng.uniform(2, 15) * MINUTE)
    basket = _till_basket(world, person)
    order_id = world.number("till")
    bought: Wire = {"order_id": order_id, "revenue": _amount(basket), "currency": CURRENCY, "products": basket, **here}
    world.tell(at, "till", "Order Completed", card, at_.TILL, bought)
    if rng.random() < 0.35:
        used: Wire = {
            "card": person.card,
            "store_id": person.store_id,
            "order_id": order_id,
            "points": int(_amount(basket)),
        }
        world.tell(at + SECOND, "till", "Loyalty Card Used", card, at_.TILL, used)
    if rng.random() < 0.03:
        _return(world, at, person, order_id, basket)
    if rng.random() < 0.07:
        after = at + int(rng.uniform(0.3, 4) * HOUR)
        world.do(after, csat, person, "store", "store", card, at_.SURVEY_SHOP, here)


def _till_basket(world: World, person: Person) -> list[Wire]:
    return _basket(world, [choose(world, person) for _ in range(1 + int(world.rng.expovariate(1.4)))], 0.8)


def _return(world: World, at: int, person: Person, order_id: str, basket: list[Wire]) -> None:
    back = basket[:1]
    given: Wire = {"order_id": order_id, "revenue": _amount(back), "currency": CURRENCY, "products": back}
    given |= {"reason": "not_liked", "store_id": person.store_id}
    world.tell(
        at + int(world.rng.uniform(1, 14)) * DAY, "till", "Order Refunded", by_card(person), at_.SHOP_SERVICE, given
    )


def passers_by(world: World, at: int) -> None:
    """A sale at the till to somebody without a card: it counts in turnover and is nobody's."""
    world.do(world.rhythm.after(SHOP, at, 365 / len(world.cast.people), world.rng), passers_by)
    shop = world.rng.choice(SHOPS)
    basket = _basket(world, [world.rng.choice(PRODUCTS)], 0.5)
    bought: Wire = {
        "order_id": world.number("till"),
        "revenue": _amount(basket),
        "currency": CURRENCY,
        "products": basket,
    }
    world.tell(
        at, "till", "Order Completed", NOBODY, at_.TILL, {**bought, "store_id": shop.store_id, "region": shop.region}
    )
