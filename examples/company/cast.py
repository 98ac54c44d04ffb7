"""The cast: every human being of the story, drawn once from the seed, and who belongs together."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from .catalogue import BUNDLE, CAPSULES, REGIONS, RENTAL, SHOPS, TOPICS, Plan, Region
from .names import card, first_name, phone, slug, surname

SHARES = {
    "visitor": 0.20,
    "shopper": 0.42,
    "card": 0.10,
    "capsules": 0.10,
    "rental": 0.05,
    "both": 0.08,
    "business": 0.05,
}
"""Who they are, as shares of everybody: unknown visitors, customers with an account, shop customers with a card only,
subscribers of capsules, of a machine, of both, and people who buy for a bar or an office."""

_PLANS = {"capsules": CAPSULES, "rental": RENTAL, "both": BUNDLE}


@dataclass(slots=True)
class Company:
    """A bar or an office that buys."""

    company_id: str
    name: str
    industry: str
    employees: int
    region: Region
    city: str

    @property
    def domain(self) -> str:
        """Its part of a domain that is reserved for examples."""
        return f"{slug(self.name)}.example.org"


@dataclass(slots=True)
class Person:
    """One human being. Rates are mean days between two activities on days of average weight; None is never.

    user_id, card, phone, email   what the company may know them by; None when it does not
    devices   anonymous ids by device: desktop, mobile, app
    joined    day of the story on which the company first meets them; 0 = they were there before
    taste     favourite topic; None for people who watch nothing
    """

    number: int
    kind: str
    first: str
    last: str
    language: str
    birthday: date
    region: Region
    city: str
    store_id: str
    joined: int
    user_id: str | None = None
    email: str | None = None
    phone: str | None = None
    card: str | None = None
    devices: dict[str, str] = field(default_factory=dict)
    company: Company | None = None
    plan: Plan | None = None
    price: float = 0.0
    machine_id: str | None = None
    taste: str | None = None
    newsletter: bool = False
    web_days: float | None = None
    shop_days: float | None = None
    content_days: float | None = None
    buys: float = 0.0
    warmth: float = 0.0
    watched: dict[str, int] = field(default_factory=dict)
    wronged: int = 0

    @property
    def name(self) -> str:
        return f"{self.first} {self.last}"

    def age(self, today: date) -> int:
        """Whole years."""
        return today.year - self.birthday.year - ((today.month, today.day) < (self.birthday.month, self.birthday.day))


@dataclass(slots=True)
class Cast:
    """Everybody, and the planted relations between them (persons by number)."""

    people: list[Person]
    companies: list[Company]
    twins: list[tuple[int, int, str]] = field(default_factory=list)
    lookalikes: list[tuple[int, int]] = field(default_factory=list)
    families: list[tuple[str, tuple[int, ...]]] = field(default_factory=list)
    mailboxes: list[tuple[str, str, tuple[int, ...]]] = field(default_factory=list)

    def of_kind(self, *kinds: str) -> list[Person]:
        """Those of some kinds, in order."""
        return [person for person in self.people if person.kind in kinds]


def quotas(total: int, shares: dict[str, float]) -> dict[str, int]:
    """Whole numbers in the given shares that add up to the total (largest remainders).

    >>> quotas(10, {"a": 0.55, "b": 0.45})
    {'a': 6, 'b': 4}
    """
    counts = {name: int(total * share) for name, share in shares.items()}
    by_rest = sorted(shares, key=lambda name: (counts[name] - total * shares[name], name))
    for name in by_rest[: total - sum(counts.values())]:
        counts[name] += 1
    return counts


def draw_cast(people: int, rng: Random, start: date) -> Cast:
    """A cast of `people` whose story begins at `start`."""
    kinds = [kind for kind, count in quotas(people, SHARES).items() for _ in range(count)]
    rng.shuffle(kinds)
    cast = Cast([_draw(number, kind, rng, start) for number, kind in enumerate(kinds, 1)], [])
    _employ(cast, rng)
    _twin(cast, rng)
    _pair_lookalikes(cast, rng)
    _share_phones(cast, rng)
    _share_mailboxes(cast, rng)
    return cast


def _draw(number: int, kind: str, rng: Random, start: date) -> Person:
    region = rng.choices(REGIONS, [region.weight for region in REGIONS])[0]
    language = "en" if rng.random() < 0.11 else "it"
    shops = [shop.store_id for shop in SHOPS if shop.region == region.name] or [rng.choice(SHOPS).store_id]
    person = Person(
        number=number,
        kind=kind,
        first=first_name(language, rng),
        last=surname(rng),
        language=language,
        birthday=start - timedelta(days=int(365.25 * rng.triangular(19, 82, 41))),
        region=region,
        city=rng.choice(region.cities),
        store_id=rng.choice(shops),
        joined=_joined(kind, rng),
        warmth=rng.gauss(0, 1),
    )
    _give_identifiers(person, rng)
    _give_habits(person, rng)
    return person


def _joined(kind: str, rng: Random) -> int:
    if kind == "visitor":
        return rng.randrange(0, 360)
    early = {"both": 0.8, "rental": 0.75, "capsules": 0.7, "business": 0.75}.get(kind, 0.62)
    if rng.random() < early:
        return 0
    return rng.randrange(1, 200 if kind == "both" else 350)


def _device(rng: Random) -> str:
    bits = f"{rng.getrandbits(128):032x}"
    return f"{bits[:8]}-{bits[8:12]}-4{bits[13:16]}-a{bits[17:20]}-{bits[20:]}"


def _give_identifiers(person: Person, rng: Random) -> None:
    person.devices = {"mobile": _device(rng)} if rng.random() < 0.8 else {"desktop": _device(rng)}
    if person.kind == "visitor":
        return
    if person.kind != "card":
        person.user_id = f"c-{person.number:06d}"
        person.email = f"{slug(person.first)}.{slug(person.last)}.{person.number}@example.{rng.choice(('com', 'org'))}"
        if "desktop" not in person.devices and rng.random() < 0.55:
            person.devices["desktop"] = _device(rng)
        if rng.random() < 0.34:
            person.devices["app"] = _device(rng)
    if person.kind == "card" or rng.random() < 0.42:
        person.card = card(person.number)
    if person.kind != "card" or rng.random() < 0.4:
        person.phone = phone(person.number)
    if person.kind in ("rental", "both"):
        person.machine_id = f"M-{person.number:06d}"


def _give_habits(person: Person, rng: Random) -> None:
    spread = rng.lognormvariate(0, 0.55)
    person.plan = _PLANS.get(person.kind)
    person.price = person.plan.price if person.plan else 0.0
    if person.kind == "visitor":
        person.web_days, person.buys = 45 * spread, 0.0
        return
    if person.kind == "card":
        person.shop_days = 24 * spread
        return
    person.newsletter = rng.random() < 0.72
    person.web_days = {"business": 20.0, "shopper": 42.0}.get(person.kind, 50.0) * spread
    person.buys = {"business": 0.5, "shopper": 0.36}.get(person.kind, 0.2) * rng.uniform(0.6, 1.3)
    if person.card:
        person.shop_days = 42 * spread
    if person.kind != "business" and rng.random() < 0.42:
        person.taste = rng.choice(TOPICS)
        person.content_days = 34 * rng.lognormvariate(0, 0.5)


_TRADES = (("bar", "Bar", 3, 9), ("bar", "Caffè", 3, 12), ("office", "Studio", 6, 40), ("office", "Officina", 15, 80))


def _employ(cast: Cast, rng: Random) -> None:
    """Put the business people into companies of one to four contacts."""
    waiting = cast.of_kind("business")
    while waiting:
        team = [waiting.pop(0) for _ in range(min(len(waiting), rng.choice((1, 1, 2, 2, 3, 4))))]
        number = len(cast.companies) + 1
        industry, word, few, many = rng.choice(_TRADES)
        head = team[0]
        company = Company(
            company_id=f"co-{number:04d}",
            name=f"{word} {surname(rng)} {number}",
            industry=industry,
            employees=rng.randint(few, many),
            region=head.region,
            city=head.city,
        )
        cast.companies.append(company)
        for person in team:
            person.company, person.region, person.city = company, company.region, company.city
            person.email = f"{slug(person.first)}.{slug(person.last)}@{company.domain}"
            person.joined = head.joined
        head.plan = Plan("office-rental", 49.0 if industry == "office" else 79.0)
        head.price = head.plan.price
        head.machine_id = f"M-{head.number:06d}"


def _some(cast: Cast, rng: Random, count: int, used: set[int], kinds: Sequence[str] = ("shopper",)) -> list[Person]:
    """Early customers not yet taken for another part."""
    free = [p for p in cast.of_kind(*kinds) if p.joined == 0 and p.number not in used and p.newsletter]
    chosen = rng.sample(free, min(count, len(free)))
    used.update(p.number for p in chosen)
    return chosen


def _twin(cast: Cast, rng: Random) -> None:
    """Twins: one human being with two accounts, one in 100 customers; half gave both accounts one phone."""
    used: set[int] = set()
    chosen = _some(cast, rng, 2 * max(2, len(cast.people) // 200), used)
    for turn, (one, other) in enumerate(zip(chosen[::2], chosen[1::2], strict=False)):
        evidence = ("phone", "birthday")[turn % 2]
        other.first, other.last, other.birthday, other.language = one.first, one.last, one.birthday, one.language
        other.region, other.city, other.store_id = one.region, one.city, one.store_id
        other.email = f"{slug(one.first)[0]}{slug(one.last)}{one.birthday.year % 100:02d}.{other.number}@example.org"
        if evidence == "phone":
            other.phone = one.phone
        else:
            other.last = other.last[:-1] + ("e" if other.last.endswith("a") else "a")
            other.phone = None
        cast.twins.append((one.number, other.number, evidence))


def _taken(cast: Cast) -> set[int]:
    return {n for a, b, _ in cast.twins for n in (a, b)} | {n for pair in cast.lookalikes for n in pair}


def _pair_lookalikes(cast: Cast, rng: Random) -> None:
    """Father and son, or chance: one name and town, two people. They must not be joined."""
    used = _taken(cast)
    chosen = _some(cast, rng, 2 * max(1, len(cast.people) // 500), used)
    for one, other in zip(chosen[::2], chosen[1::2], strict=False):
        other.first, other.last, other.city, other.region = one.first, one.last, one.city, one.region
        other.birthday = one.birthday + timedelta(days=365 * 27 + other.number % 300)
        other.email = f"{slug(one.first)}.{slug(one.last)}.{other.number}@example.com"
        cast.lookalikes.append((one.number, other.number))


def _share_phones(cast: Cast, rng: Random) -> None:
    """Families: three people with accounts of their own and one phone at home."""
    used = _taken(cast)
    chosen = _some(cast, rng, 3 * max(1, len(cast.people) // 500), used)
    for trio in zip(chosen[::3], chosen[1::3], chosen[2::3], strict=False):
        head = trio[0]
        for person in trio[1:]:
            person.last, person.city, person.region, person.phone = head.last, head.city, head.region, head.phone
        trio[2].birthday = head.birthday + timedelta(days=365 * 25 + trio[2].number % 300)
        cast.families.append((str(head.phone), tuple(person.number for person in trio)))


def _share_mailboxes(cast: Cast, rng: Random) -> None:
    """Offices where two or more contacts all write from info@."""
    teams: dict[str, list[Person]] = {}
    for person in cast.of_kind("business"):
        if person.company:
            teams.setdefault(person.company.company_id, []).append(person)
    shared = [team for team in teams.values() if len(team) > 1]
    for team in rng.sample(shared, min(len(shared), max(1, len(cast.people) // 1000))):
        company = team[0].company
        if company is None:
            continue
        address = f"info@{company.domain}"
        for person in team:
            person.email = address
        cast.mailboxes.append((address, company.company_id, tuple(person.number for person in team)))
