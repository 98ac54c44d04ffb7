"""The unspoken need: people look for compostable decaffeinated capsules, which the company does not make.

Nobody says so anywhere in words that a report would count: the search finds nothing, and the chat and the phone have no
answer. It grows over the year. Ordinary typing errors find nothing either, each another thing.
"""

from typing import TYPE_CHECKING

from . import touchpoints as at_
from .calls import call, chat
from .catalogue import SUPPORT
from .rhythm import DAY, MINUTE, SECOND
from .surveys import soon
from .world import Wire, World

if TYPE_CHECKING:
    from .browsing import Session

SUBJECT = "compostable_decaf"
QUERIES = {
    "it": (
        "capsule compostabili decaffeinato",
        "decaffeinato compostabile",
        "capsule decaf compostabili",
        "cialde decaffeinate biodegradabili",
    ),
    "en": ("compostable decaf pods", "decaf compostable capsules", "biodegradable decaf"),
}
_QUESTIONS = {
    "it": "Avete il decaffeinato in capsule compostabili?",
    "en": "Do you make decaf in compostable pods?",
}
_FOUND = {
    "it": ("capsule", "decaffeinato", "etiopia", "moka", "chicchi", "macinato", "decalcificante", "offerte", "regalo"),
    "en": ("pods", "decaf", "ethiopia", "moka pot", "beans", "ground coffee", "descaler", "gift"),
}
_SLIPS = (
    "capsle",
    "arabca",
    "cafettiera elettrca",
    "zucchero di canna",
    "te verde",
    "moca 6",
    "filtri v60 legno",
    "orzo",
    "ginsen",
    "cialde ese44",
)


def search(world: World, at: int, now: "Session") -> int:
    """Search; sometimes for what does not exist. Returns when it was done."""
    rng, language = world.rng, now.person.language
    place = at_.APP_SEARCH if now.source == "app" else at_.SEARCH
    told = min(1.0, max(0.0, (at - world.start) / (365 * DAY)))
    if rng.random() < 0.04 + 0.14 * told:
        tried = rng.choice(QUERIES[language])
        _search(world, at, now, place, tried, 0)
        if rng.random() < 0.5:
            at += int((20 + rng.random() * 40) * SECOND)
            _search(world, at, now, place, rng.choice(QUERIES[language]), 0)
        _ask(world, at, now)
    elif rng.random() < 0.05:
        _search(world, at, now, place, rng.choice(_SLIPS), 0)
    else:
        _search(world, at, now, place, rng.choice(_FOUND[language]), rng.randint(2, 24))
    return at


def _search(world: World, at: int, now: "Session", place: str, query: str, results: int) -> None:
    found: Wire = {"query": query, "results": results, "device": now.device}
    world.tell(at, now.source, "Products Searched", now.who, place, found, now.context)


def _ask(world: World, at: int, now: "Session") -> None:
    """Some ask a human being, who cannot answer."""
    roll = world.rng.random()
    person = now.person
    if person.user_id is None or roll > 0.3:
        return
    if roll < 0.2:
        world.do(at + 2 * MINUTE, chat, person, SUBJECT, _QUESTIONS[person.language], 0.0)
    else:
        world.do(soon(world, at, 20), call, person, SUPPORT, SUBJECT, 0.0, 3)
