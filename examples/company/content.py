"""Films, stories and courses: tastes, series followed and dropped, what came before and what after."""

from . import touchpoints as at_
from .browsing import Session, browse, device_of, look, session
from .cast import Person
from .catalogue import DROPPED, DROPPED_EPISODE, EPISODES, PRODUCTS, SERIES, Product, Series
from .rhythm import EVENING, MINUTE, SECOND
from .world import Wire, World

TRUE_TO_TASTE = 0.72
"""Share of what people start that is of their favourite topic."""
LEAVES = 0.14
"""How often any episode is left halfway."""
LEAVES_DROPPED = 0.78
"""The same for the third episode of the dropped series."""
DROPPED_AT = 0.4
"""Where in that episode they leave, with little spread."""
THEN_LOOKS = 0.34
"""How often a finished episode is followed by a look at a product of its topic."""

_BY_TOPIC: dict[str, tuple[Series, ...]] = {
    topic: tuple(series for series in SERIES if series.topic == topic) for topic in {series.topic for series in SERIES}
}


def evenings(world: World, at: int, person: Person) -> None:
    """An evening with our films or stories, and the appointment for the next one."""
    if person.content_days is None or person.taste is None:
        return
    world.do(world.rhythm.after(EVENING, at, person.content_days, world.rng), evenings, person)
    now = session(world, person, device_of(world, person), True)
    at = choose_what(world, at, now)
    for _ in range(1 + int(world.rng.expovariate(1.6))):
        at = watch(world, at, now, pick(world, person))


def choose_what(world: World, at: int, now: Session) -> int:
    """Look for something; how long that takes is the person's own time to choose."""
    path = "/it/storie" if now.person.language == "it" else "/en/stories"
    place = at_.APP_CONTENT if now.source == "app" else at_.HOME
    context = now.context if now.source == "app" else {**now.context, "page": {"path": path}}
    world.page(at, now.source, "Stories", now.who, place, path, context)
    patience = 25 + 11 * (now.person.number % 13)
    return at + int((patience * world.rng.lognormvariate(0, 0.35) + 4) * SECOND)


def pick(world: World, person: Person) -> Series:
    """A series, most often of the favourite topic; a dropped one is not taken up again."""
    topic = person.taste if person.taste and world.chance(TRUE_TO_TASTE) else world.rng.choice(sorted(_BY_TOPIC))
    open_ = [series for series in _BY_TOPIC[topic] if person.watched.get(series.series, 0) >= 0]
    return world.rng.choice(open_ or SERIES[:1])


def watch(world: World, at: int, now: Session, series: Series) -> int:
    """Start the next episode; finish it or leave it. Returns when that was."""
    rng, person = world.rng, now.person
    episode = person.watched.get(series.series, 0) % EPISODES + 1
    what: Wire = {"content_id": f"{series.series}-{episode}", "series": series.series, "kind": series.kind}
    what["topic"] = series.topic
    place = at_.APP_CONTENT if now.source == "app" else at_.STORIES if series.kind == "story" else at_.FILMS
    world.tell(at, now.source, "Content Started", now.who, place, {**what, "position": 0.0}, now.context)
    weak = series.series == DROPPED and episode == DROPPED_EPISODE
    if rng.random() < (LEAVES_DROPPED if weak else LEAVES):
        position = rng.gauss(DROPPED_AT, 0.03) if weak else rng.uniform(0.05, 0.9)
        position = round(min(0.95, max(0.02, position)), 3)
        at += int(position * series.minutes * MINUTE)
        world.tell(at, now.source, "Content Abandoned", now.who, place, {**what, "position": position}, now.context)
        if weak:
            person.watched[series.series] = -1
        return at + 2 * MINUTE
    at += int(series.minutes * MINUTE)
    world.tell(at, now.source, "Content Completed", now.who, place, {**what, "position": 1.0}, now.context)
    person.watched[series.series] = episode
    if rng.random() < THEN_LOOKS:
        look(world, at + MINUTE, now, rng.choice(_products_of(series.topic)))
    return at + 3 * MINUTE


def _products_of(topic: str) -> list[Product]:
    return [product for product in PRODUCTS if product.topic == topic]


def from_mail(world: World, at: int, person: Person, campaign: Wire) -> None:
    """Come from a link in a mail; people with a taste often end in a story."""
    now = session(world, person, device_of(world, person), world.chance(0.6))
    last, _ = browse(world, at, now, False, campaign)
    if person.taste and world.chance(0.4):
        watch(world, last + MINUTE, now, pick(world, person))
