"""How the story begins for each person: who is there already, who comes during the year, and what they do from then on."""

from . import touchpoints as at_
from .browsing import browse, device_of, session
from .cast import Person
from .content import evenings
from .letters import consent
from .machines import first_run
from .rhythm import DAY, EVENING, HOUR, MINUTE, OFFICE, SECOND, SHOP, WEB
from .shopping import checkout, shop_visit, shop_visits, visits
from .subscription import renew, sign
from .world import Who, Wire, World, external


def open_year(world: World) -> None:
    """Put everybody's first step into the agenda."""
    for person in world.cast.people:
        if person.kind == "story":
            continue
        if person.joined > 0:
            curve = SHOP if person.kind == "card" else WEB
            world.do(world.rhythm.on(curve, person.joined, world.rng), arrive, person)
        elif person.kind == "visitor":
            world.do(world.rhythm.after(WEB, world.start, 60, world.rng), visits, person)
        else:
            _was_there(world, world.start + 2 * HOUR + person.number * 40, person)


def _was_there(world: World, at: int, person: Person) -> None:
    """The customers' file of the first night, and life as before."""
    known = [*external("card", person.card), *external("machine", person.machine_id)]
    world.identify(at, "crm", person, None, {"userId": person.user_id} if person.user_id else {}, known)
    if person.company:
        world.group(at + 10, "crm", person, person.company, None)
    if person.newsletter:
        consent(world, at + 20, person, "granted")
    _go_on(world, world.start + DAY // 3, person)
    if person.plan:
        first = world.start + int(world.rng.random() * 30) * DAY + 3 * HOUR
        world.do(first, renew, person, person.plan)
    if person.machine_id:
        first_run(world, world.start + 8 * HOUR, person, False)


def arrive(world: World, at: int, person: Person) -> None:
    """Somebody new: a visitor looks, a customer of the shop takes a card, the others open an account and buy or sign."""
    if person.kind == "visitor":
        visits(world, at, person)
        return
    if person.kind == "card":
        world.identify(at, "till", person, at_.TILL, {}, external("card", person.card))
        issued: Wire = {"card": person.card, "store_id": person.store_id, "region": person.region.name}
        who = Who({}, {"externalIds": external("card", person.card)})
        world.tell(at + SECOND, "till", "Loyalty Card Issued", who, at_.TILL, issued)
        shop_visit(world, at + MINUTE, person)
        _go_on(world, at, person)
        return
    _register(world, at, person)


def _register(world: World, at: int, person: Person) -> None:
    device = device_of(world, person)
    before = session(world, person, device, False)
    last, seen = browse(world, at, before, False)
    after = session(world, person, device, True)
    at = last + MINUTE
    world.identify(at, after.source, person, at_.ACCOUNT, dict(after.who.ids), external("card", person.card))
    world.tell(at + 500, after.source, "Account Created", after.who, at_.ACCOUNT, {"method": "email"}, after.context)
    if person.company:
        world.group(at + 800, "crm", person, person.company, None)
    if person.newsletter:
        consent(world, at + SECOND, person, "granted")
    if person.plan:
        world.do(at + 3 * MINUTE, sign, person, person.plan, person.price)
        if person.machine_id:
            first_run(world, at, person, True)
    elif seen:
        checkout(world, at + MINUTE, after, seen)
    _go_on(world, at + DAY, person)


def _go_on(world: World, at: int, person: Person) -> None:
    """Habits: the website, the shop, the evenings."""
    rng = world.rng
    if person.web_days:
        world.do(world.rhythm.after(OFFICE if person.company else WEB, at, person.web_days, rng), visits, person)
    if person.shop_days:
        world.do(world.rhythm.after(SHOP, at, person.shop_days, rng), shop_visits, person)
    if person.content_days:
        world.do(world.rhythm.after(EVENING, at, person.content_days, rng), evenings, person)
