"""The call centre and the chat: waits, talks, callers who give up, problems that come back."""

from . import touchpoints as at_
from .cast import Person
from .catalogue import SALES, SUBSCRIPTIONS, SUPPORT, Queue
from .rhythm import CALLS, DAY, HOUR, MINUTE, SECOND
from .surveys import csat, soon
from .world import Wire, World, by_phone, by_user

PATIENCE_S = 420
"""Mean of the time after which callers give up."""
STORM_DAYS = 10
"""For how long after the split the line for subscriptions was four times as slow."""


def call(
    world: World,
    at: int,
    person: Person,
    queue: Queue,
    subject: str,
    solved: float | None = None,
    again: int = 0,
) -> None:
    """Somebody calls now, or when the line opens. `solved` overrides how often this queue solves a problem."""
    at = world.rhythm.open_line(at, world.rng)
    rng = world.rng
    call_id = world.number("call")
    place = at_.CALL_SALES if queue is SALES else at_.CALL_SUPPORT
    who = by_phone(person)
    said: Wire = {"call_id": call_id, "queue": queue.name, "subject": subject}
    world.tell(at, "callcentre", "Call Offered", who, place, said)
    wait_s = round(rng.expovariate(1 / mean_wait(world, at, queue)), 1)
    patience_s = 15 + rng.expovariate(1 / PATIENCE_S)
    if wait_s > patience_s:
        _gives_up(world, at, person, queue, subject, said, patience_s, again)
        return
    answered = at + int(wait_s * SECOND)
    world.tell(answered, "callcentre", "Call Answered", who, place, {**said, "wait_s": wait_s})
    talk_s = round(rng.lognormvariate(0, 0.5) * queue.talk_s, 1)
    hold_s = round(rng.expovariate(1 / 40), 1) if rng.random() < 0.35 else 0.0
    resolved = rng.random() < (queue.solved if solved is None else solved)
    ended = answered + int((talk_s + hold_s) * SECOND)
    wrap_s = round(20 + rng.expovariate(1 / 45), 1)
    end: Wire = {**said, "talk_s": talk_s, "hold_s": hold_s, "wrap_s": wrap_s, "resolved": resolved}
    world.tell(ended, "callcentre", "Call Ended", by_user(person) if person.user_id else who, place, end)
    if rng.random() < 0.28:
        judged = "call" if resolved else "unsolved"
        csat(
            world,
            ended + int(rng.random() * 4 * MINUTE),
            person,
            "call",
            judged,
            who,
            at_.SURVEY_CALL,
            {"call_id": call_id},
        )
    if not resolved and again < 3 and rng.random() < 0.55:
        world.do(ended + int(rng.uniform(0.6, 6) * DAY), call, person, queue, subject, solved, again + 1)


def mean_wait(world: World, at: int, queue: Queue) -> float:
    """The mean wait of an hour, in seconds: Mondays are slow, and the days after the split much more so."""
    slow = 1.35 if world.rhythm.civil(at).weekday() == 0 else 1.0
    if queue is SUBSCRIPTIONS and world.split <= at < world.split + STORM_DAYS * DAY:
        slow *= 4
    return queue.wait_s * slow


def _gives_up(
    world: World, at: int, person: Person, queue: Queue, subject: str, said: Wire, wait_s: float, again: int
) -> None:
    place = at_.CALL_SALES if queue is SALES else at_.CALL_SUPPORT
    left = {**said, "wait_s": round(wait_s, 1)}
    world.tell(at + int(wait_s * SECOND), "callcentre", "Call Abandoned", by_phone(person), place, left)
    if again < 3 and world.chance(0.6):
        world.do(at + int(world.rng.uniform(0.3, 3) * HOUR), call, person, queue, subject, None, again + 1)


def chat(world: World, at: int, person: Person, subject: str, text: str, solved: float) -> None:
    """A chat on the website: started, ended, sometimes judged."""
    rng = world.rng
    chat_id = world.number("chat")
    place = at_.CHAT_SALES if subject in ("advice", "product") else at_.CHAT
    who = by_user(person)
    opened: Wire = {"chat_id": chat_id, "subject": subject, "text": text, "language": person.language}
    world.tell(at, "web", "Chat Started", who, place, opened)
    wait_s, talk_s = round(rng.expovariate(1 / 18), 1), round(rng.lognormvariate(5.3, 0.5), 1)
    resolved = rng.random() < solved
    ended = at + int((wait_s + talk_s) * SECOND)
    closed: Wire = {"chat_id": chat_id, "subject": subject, "resolved": resolved, "wait_s": wait_s, "talk_s": talk_s}
    world.tell(ended, "web", "Chat Ended", who, place, closed)
    if rng.random() < 0.3:
        world.do(ended + MINUTE, csat, person, "chat", "chat" if resolved else "unsolved", who, at_.SURVEY_WEB, {})


def ask_later(world: World, at: int, person: Person, queue: Queue, subject: str, hours: float) -> None:
    """Call some hours after something happened."""
    world.do(soon(world, at, hours), call, person, queue, subject)


def questions(world: World, at: int) -> None:
    """Somebody has an ordinary question, by phone, chat or mail; and the next one."""
    rng = world.rng
    world.do(world.rhythm.after(CALLS, at, 365 / (0.62 * len(world.cast.people)), rng), questions)
    person = rng.choice(world.cast.people)
    if person.user_id is None or person.joined > world.rhythm.index(at):
        return
    roll = rng.random()
    if roll < 0.32:
        chat(world, at, person, rng.choice(("advice", "order", "invoice")), rng.choice(_ASKED[person.language]), 0.8)
    elif roll < 0.42:
        opened: Wire = {"ticket_id": world.number("ticket"), "subject": "invoice", "language": person.language}
        opened["text"] = rng.choice(_ASKED[person.language])
        world.tell(at, "crm", "Ticket Opened", by_user(person), at_.MAIL_SUPPORT, opened)
    elif person.company and roll < 0.8:
        call(world, at, person, SALES, "office_offer")
    else:
        queue = SUBSCRIPTIONS if person.plan and roll < 0.75 else SALES if roll > 0.86 else SUPPORT
        call(world, at, person, queue, rng.choice(("invoice", "order", "address", "advice")))


_ASKED = {
    "it": (
        "Posso cambiare indirizzo?",
        "Quale macinato va bene per la moka?",
        "Non trovo la fattura.",
        "Quando arriva il mio ordine?",
    ),
    "en": ("Can I change my address?", "Which grind is right for a moka pot?", "I cannot find my invoice."),
}
