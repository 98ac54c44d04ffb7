"""Visits to the website and the app: where they come from, what is looked at and searched for."""

from typing import NamedTuple

from . import touchpoints as at_
from .calls import call
from .cast import Person
from .catalogue import COMPARISON, GUIDES, OFFICE_PRODUCTS, PRODUCTS, SALES, TOPICS, Product
from .needs import search
from .rhythm import MINUTE, SECOND
from .world import Who, Wire, World

_WEIGHTS = {
    taste: tuple(product.weight * (2.6 if product.topic == taste else 1.0) for product in PRODUCTS)
    for taste in (None, *TOPICS)
}
_OFFICE_WEIGHTS = tuple(product.weight for product in OFFICE_PRODUCTS)


class Session(NamedTuple):
    """One visit: the device (desktop, mobile or app), its context, and how it names the person."""

    person: Person
    device: str
    source: str
    who: Who
    context: Wire


def device_of(world: World, person: Person, buying: bool = False) -> str:
    """The device somebody uses now. Orders come from the app as often from the young as from the old."""
    devices = list(person.devices)
    if len(devices) == 1:
        return devices[0]
    if "app" in person.devices and world.chance(0.35):
        return "app"
    return world.rng.choice([device for device in devices if device != "app"] or devices)


def session(world: World, person: Person, device: str, signed_in: bool) -> Session:
    """A visit of a person with a device. On the website only some sign in; the app always knows its user."""
    kind = ("android" if person.number % 3 else "ios") if device == "app" else device
    ids: Wire = {"anonymousId": person.devices[device]}
    if person.user_id and (signed_in or device == "app"):
        ids["userId"] = person.user_id
    context: Wire = {"device": {"type": kind}, "locale": "it-IT" if person.language == "it" else "en-GB"}
    return Session(person, device, "app" if device == "app" else "web", Who(ids, {}), context)


def choose(world: World, person: Person) -> Product:
    """A product by its weight, the favourite topic first."""
    if person.company:
        return world.rng.choices(OFFICE_PRODUCTS, _OFFICE_WEIGHTS)[0]
    return world.rng.choices(PRODUCTS, _WEIGHTS[person.taste])[0]


def browse(
    world: World, at: int, now: Session, buying: bool, campaign: Wire | None = None
) -> tuple[int, list[Product]]:
    """Arrive, look around. Returns the time of the last step and what was looked at."""
    rng = world.rng
    at = _arrive(world, at, now, campaign)
    if rng.random() < 0.16:
        at = search(world, at + _pause(world), now)
    if rng.random() < 0.012 and now.who.ids.get("userId"):
        download(world, at + _pause(world), now)
    seen: list[Product] = []
    for _ in range(min(6, 1 + int(rng.expovariate(1.1)) + buying)):
        at += _pause(world)
        product = choose(world, now.person)
        seen.append(product)
        look(world, at, now, product)
    return at, seen


def download(world: World, at: int, now: Session) -> None:
    """Take a guide home; for an office often the comparison, after which sales call within minutes."""
    compares = now.person.company is not None and world.chance(0.5)
    guide: Wire = {"guide": COMPARISON if compares else world.rng.choice(GUIDES), "language": now.person.language}
    world.tell(at, now.source, "Guide Downloaded", now.who, at_.GUIDE, guide, now.context)
    if compares:
        world.do(at + int(world.rng.uniform(4, 10) * MINUTE), call, now.person, SALES, "comparison_guide")


def look(world: World, at: int, now: Session, product: Product) -> None:
    """Look at one product."""
    place = at_.APP_PRODUCT if now.source == "app" else at_.PRODUCT
    viewed: Wire = {**about(product), "device": now.device}
    world.tell(at, now.source, "Product Viewed", now.who, place, viewed, now.context)


def about(product: Product) -> Wire:
    """A product as events describe it."""
    return {
        "product_id": product.product_id,
        "name": product.name,
        "category": product.category,
        "price": product.price,
        "currency": "EUR",
    }


def _arrive(world: World, at: int, now: Session, campaign: Wire | None) -> int:
    """The first page: from an advert, a mail, or by itself."""
    if now.source == "app":
        world.page(at, "app", "Home", now.who, at_.APP, "/home", now.context)
        return at
    place, context = at_.HOME, now.context
    roll = world.rng.random()
    if campaign is not None:
        context = {**context, "campaign": campaign}
    elif roll < 0.09:
        place, context = at_.AD_SEARCH, {**context, "campaign": _advert("search", "cpc", "caffe-in-capsule")}
    elif roll < 0.14:
        place, context = at_.AD_SOCIAL, {**context, "campaign": _advert("social", "paid_social", "mattina-lenta")}
    path = "/it/" if now.person.language == "it" else "/en/"
    world.page(at, "web", "Home", now.who, place, path, {**context, "page": {"path": path}})
    return at


def _advert(source: str, medium: str, name: str) -> Wire:
    return {"source": source, "medium": medium, "name": name}


def _pause(world: World) -> int:
    """How long a page is read."""
    return int((8 + world.rng.expovariate(1 / 40)) * SECOND)
