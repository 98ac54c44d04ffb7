"""Two people with a name and a whole story: what a visitor of the demonstration is shown first.

Nives Moccalieve goes through every channel to one letter. Ottavia Cuccumadoro owns an office, is helped though she is no
customer for us, and weeks later sends us one.
"""

from datetime import timedelta
from random import Random

from . import touchpoints as at_
from .browsing import about, session
from .cast import Cast, Company, Person
from .catalogue import COMPARISON, COURSES, OFFICE_PRODUCTS, PRODUCTS, REGIONS, RENTAL, Plan
from .names import card, phone
from .rhythm import DAY, HOUR, MINUTE, SECOND
from .shopping import order
from .subscription import sign
from .timeline import Timeline
from .world import Who, Wire, World, by_card, by_email, by_machine, by_phone, by_user, external

NIVES, OTTAVIA, REFERRED = "c-nives", "c-ottavia", "c-ermete"
REFERRAL_DAYS = 34
_TORINO = REGIONS[0]


def join(cast: Cast, days: Timeline, rng: Random) -> None:
    """Bring the named people and their offices into the cast. They have no habits, only their story."""
    small = Company("co-aurora", "Studio Aurora", "office", 4, _TORINO, "Torino")
    large = Company("co-tazzabella", "Officina Tazzabella", "office", 62, _TORINO, "Torino")
    cast.companies += [small, large]
    for turn, (user_id, first, last, company) in enumerate(
        (
            (NIVES, "Nives", "Moccalieve", None),
            (OTTAVIA, "Ottavia", "Cuccumadoro", small),
            (REFERRED, "Ermete", "Tazzabella", large),
        )
    ):
        number = 9_000_001 + turn
        person = Person(
            number=number,
            kind="story",
            first=first,
            last=last,
            language="it",
            birthday=days.first - timedelta(days=365 * (38 + 7 * turn)),
            region=_TORINO,
            city="Torino",
            store_id="s01",
            joined=10_000,
            user_id=user_id,
            email=f"{first.lower()}.{last.lower()}@example.com",
            phone=phone(number),
            card=card(number) if company is None else None,
            devices={"mobile": f"story-{turn}-mobile", "desktop": f"story-{turn}-desktop"},
            company=company,
            machine_id=f"M-{first.upper()}" if user_id != OTTAVIA else None,
        )
        cast.people.append(person)


def _at(world: World, base: int, day: int, hours: float) -> int:
    return world.rhythm.start(world.rhythm.index(base) + day) + int(hours * HOUR)


def nives(world: World, base: int) -> None:
    """Advert, website, course, QR code in the shop, order, machine, fault, call, letter: one path over nine channels."""
    person = next(p for p in world.cast.people if p.user_id == NIVES)
    phone_, desktop = session(world, person, "mobile", False), session(world, person, "desktop", True)
    advert: Wire = {"source": "social", "medium": "paid_social", "name": "mattina-lenta"}
    clicked: Wire = {"campaign": "mattina-lenta", "network": "social", "creative": "tazza-in-finestra"}
    at = _at(world, base, 0, 20.3)
    world.tell(at, "web", "Ad Clicked", phone_.who, at_.AD_SOCIAL, clicked, {**phone_.context, "campaign": advert})
    world.page(at + 2000, "web", "Courses", phone_.who, at_.HOME, "/it/corsi", {**phone_.context, "campaign": advert})
    course: Wire = {"course_id": "course-latte-art", "title": COURSES[0], "place": "Torino", "store_id": "s01"}
    known = Who(
        {"userId": NIVES, "anonymousId": person.devices["mobile"]}, {"externalIds": external("email", person.email)}
    )
    world.identify(at + 5 * MINUTE, "web", person, at_.ACCOUNT, dict(known.ids), [])
    world.tell(at + 6 * MINUTE, "courses", "Course Booked", known, at_.COURSE, course)
    world.tell(_at(world, base, 9, 18.1), "courses", "Course Attended", by_email(person), at_.COURSE, course)
    shop = _at(world, base, 12, 11.4)
    issued = Who({}, {"externalIds": [*external("card", person.card), *external("email", person.email)]})
    world.identify(shop - HOUR, "till", person, at_.TILL, {}, external("card", person.card))
    world.tell(shop, "till", "Store Visited", by_card(person), at_.VISIT, {"store_id": "s01"})
    scan: Wire = {"code": "noleggio-vetrina", "store_id": "s01", "place": "shelf"}
    world.tell(shop + 4 * MINUTE, "web", "QR Scanned", phone_.who, at_.QR, scan, phone_.context)
    world.tell(
        shop + 9 * MINUTE,
        "till",
        "Loyalty Card Used",
        issued,
        at_.TILL,
        {"card": person.card, "store_id": "s01", "points": 12},
    )
    evening = _at(world, base, 15, 21.2)
    world.page(evening, "web", "Rental", desktop.who, at_.RENTAL_PAGE, "/rental", desktop.context)
    world.tell(
        evening + MINUTE,
        "web",
        "Product Viewed",
        desktop.who,
        at_.PRODUCT,
        {**about(PRODUCTS[1]), "device": "desktop"},
        desktop.context,
    )
    world.do(evening + 4 * MINUTE, _order_of_nives, person)
    world.do(evening + 12 * MINUTE, sign, person, RENTAL, RENTAL.price)
    both = Who({"userId": NIVES}, {"externalIds": external("machine", person.machine_id)})
    machine: Wire = {"machine_id": person.machine_id}
    world.tell(_at(world, base, 20, 10.5), "machines", "Machine Installed", both, at_.INSTALLATION, machine)
    broken = _at(world, base, 84, 7.2)
    world.tell(broken, "machines", "Machine Fault", by_machine(person), at_.MACHINE, {**machine, "code": "E07"})
    _call_of_nives(world, broken + 2 * HOUR + 11 * MINUTE, person)
    world.tell(broken + 26 * HOUR, "machines", "Machine Repaired", by_machine(person), at_.TECHNICIAN, machine)
    apology: Wire = {"letter": "letter-nives", "subject": "apology"}
    world.tell(_at(world, base, 90, 11), "crm", "Letter Posted", by_user(person), at_.LETTER, apology)


def _order_of_nives(world: World, at: int, person: Person) -> None:
    basket: list[Wire] = [{**about(PRODUCTS[1]), "quantity": 2}, {**about(PRODUCTS[11]), "quantity": 1}]
    order(world, at, session(world, person, "desktop", True), basket, kept=True)


def _call_of_nives(world: World, at: int, person: Person) -> None:
    said: Wire = {"call_id": "call-nives", "queue": "machines", "subject": "machine_fault"}
    caller = by_phone(person)
    world.tell(at, "callcentre", "Call Offered", caller, at_.CALL_SUPPORT, said)
    world.tell(at + 38 * SECOND, "callcentre", "Call Answered", caller, at_.CALL_SUPPORT, {**said, "wait_s": 38.0})
    end: Wire = {**said, "talk_s": 214.0, "hold_s": 0.0, "wrap_s": 30.0, "resolved": True}
    world.tell(at + 252 * SECOND, "callcentre", "Call Ended", by_user(person), at_.CALL_SUPPORT, end)
    judged: Wire = {"kind": "csat", "score": 5, "scale": 5, "call_id": "call-nives", "language": "it"}
    judged["comment"] = "Avevano già davanti la mia macchina e il mio corso: non ho dovuto rispiegare nulla."
    world.tell(at + 260 * SECOND, "callcentre", "Survey Answered", caller, at_.SURVEY_CALL, judged)


def ottavia(world: World, base: int) -> None:
    """The consultant's call: eight minutes after the download, helped though not in target; then the referral."""
    person = next(p for p in world.cast.people if p.user_id == OTTAVIA)
    now = session(world, person, "desktop", True)
    at = _at(world, base, 0, 10.2)
    search: Wire = {"source": "search", "medium": "cpc", "name": "caffe-in-ufficio"}
    world.page(
        at - 3 * MINUTE, "web", "Offices", now.who, at_.AD_SEARCH, "/it/uffici", {**now.context, "campaign": search}
    )
    world.identify(at - MINUTE, "web", person, at_.ACCOUNT, dict(now.who.ids), [])
    if person.company:
        world.group(at - MINUTE + 500, "crm", person, person.company, at_.ACCOUNT)
    guide: Wire = {"guide": COMPARISON, "language": "it"}
    world.tell(at, "web", "Guide Downloaded", now.who, at_.GUIDE, guide, now.context)
    said: Wire = {"call_id": "call-ottavia", "queue": "sales", "subject": "comparison_guide"}
    rings = at + 8 * MINUTE
    world.tell(rings, "callcentre", "Call Offered", by_phone(person), at_.CALL_SALES, said)
    world.tell(
        rings + 6 * SECOND, "callcentre", "Call Answered", by_phone(person), at_.CALL_SALES, {**said, "wait_s": 6.0}
    )
    end: Wire = {**said, "talk_s": 540.0, "hold_s": 0.0, "wrap_s": 60.0, "resolved": True}
    world.tell(rings + 546 * SECOND, "callcentre", "Call Ended", by_user(person), at_.CALL_SALES, end)
    wish: Wire = {"kind": "nps", "score": 10, "scale": 10, "language": "it", "survey_id": "nps-relation"}
    wish["comment"] = "Mi hanno detto che per quattro persone non mi conviene il noleggio e mi hanno aiutata lo stesso."
    world.tell(_at(world, base, 1, 9.5), "email", "Survey Answered", by_email(person), at_.SURVEY_MAIL, wish)
    sent = _at(world, base, REFERRAL_DAYS, 15.2)
    world.tell(sent, "crm", "Referral Made", by_user(person), at_.REFERRAL, {"referred": REFERRED, "code": "AURORA"})
    world.do(sent + 2 * DAY, _referred)


def _referred(world: World, at: int) -> None:
    """The office that was sent to us: a machine, and two orders before the end of the year."""
    person = next(p for p in world.cast.people if p.user_id == REFERRED)
    now = session(world, person, "desktop", True)
    world.tell(
        at, "web", "Invitation Opened", now.who, at_.REFERRAL, {"code": "AURORA", "referrer": OTTAVIA}, now.context
    )
    world.identify(at + MINUTE, "web", person, at_.ACCOUNT, dict(now.who.ids), [])
    if person.company:
        world.group(at + MINUTE + 500, "crm", person, person.company, at_.ACCOUNT)
    world.do(at + 30 * MINUTE, sign, person, Plan("office-rental", 49.0), 49.0)
    for days, quantity in ((3, 4), (21, 5)):
        basket: list[Wire] = [
            {**about(OFFICE_PRODUCTS[2]), "quantity": quantity},
            {**about(OFFICE_PRODUCTS[3]), "quantity": 1},
        ]
        world.do(at + days * DAY, _order_of_referred, person, basket)


def _order_of_referred(world: World, at: int, person: Person, basket: list[Wire]) -> None:
    order(world, at, session(world, person, "desktop", True), basket, kept=True)
