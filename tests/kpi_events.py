"""Events of every kind that the KPIs read, drawn from a seed, with ties, nulls and oddities among them."""

import random
from typing import Any

from percorso.model.time import DAY, parse_iso, to_iso
from tests.lakes import track

START = "2026-01-05T00:00:00Z"
DAYS = 170


def everything(seed: int, people: int = 60) -> list[dict[str, Any]]:
    """Half a year of some people."""
    return _Story(seed, people).tell()


class _Story:
    def __init__(self, seed: int, people: int) -> None:
        self.rng = random.Random(seed)
        self.people = people
        self.items: list[dict[str, Any]] = []
        self.start = parse_iso(START)

    def tell(self) -> list[dict[str, Any]]:
        for number in range(self.people):
            who = f"u{number}"
            self.answers(who)
            self.subscription(who)
            self.contacts(who)
            self.orders(who)
            self.complaints(who)
        self.answers(None)
        self.orders(None)
        self.rng.shuffle(self.items)
        return self.items

    def when(self, low: float = 0.0, high: float = DAYS) -> float:
        """A quarter of an hour, as a number of days: ties are wanted."""
        return low + round(self.rng.random() * (high - low) * 96) / 96

    def add(self, name: str, day: float, who: str | None, **properties: Any) -> None:
        if day > DAYS:
            return
        at = to_iso(self.start + int(day * DAY))
        item = track(name, len(self.items), at, who, **{k: v for k, v in properties.items() if v is not None})
        if self.rng.random() < 0.7:
            item["context"] = {"touchpoint": self.rng.choice(["web.product", "store.till", "call.support"])}
        self.items.append(item)

    def answers(self, who: str | None) -> None:
        for _ in range(self.rng.randrange(5)):
            kind, high = self.rng.choice([("nps", 10), ("csat", 5), ("csat", 7), ("ces", 7), ("ces", 5)])
            score = self.rng.randint(0 if kind == "nps" else 1, high)
            scale = None if self.rng.random() < 0.2 and (kind, high) != ("ces", 5) else high
            self.add("Survey Answered", self.when(), who, kind=kind, score=score, scale=scale)

    def subscription(self, who: str) -> None:
        if self.rng.random() < 0.3:
            return
        day, named = self.when(0, 90), self.rng.random() < 0.6
        for life in range(3):
            name = "Subscription Reactivated" if life else "Subscription Started"
            about = {"subscription_id": f"s-{who}" if named else None, "plan": "x", "price": 9, "currency": "EUR"}
            self.add(name, day, who, **about)
            if self.rng.random() < 0.1:
                self.add(name, day + 1, who, **about)
            if self.rng.random() < 0.4:
                return
            day += self.when(0, 60)
            reason = self.rng.choice(["price", "payment_failed", None])
            self.add("Subscription Cancelled", day, who, **about, reason=reason)
            day += self.when(0, 20)

    def contacts(self, who: str) -> None:
        for number in range(self.rng.randrange(5)):
            day, subject = self.when(), self.rng.choice(["invoice", "delivery", None])
            kind = self.rng.choice(["call", "call", "chat", "ticket"])
            if kind == "chat":
                self.add("Chat Started", day, who, chat_id=f"ch-{who}-{number}", subject=subject)
            elif kind == "ticket":
                self.add("Ticket Opened", day, who, ticket_id=f"ti-{who}-{number}", subject=subject)
            else:
                self.call(who, day, f"ca-{who}-{number}", subject)

    def call(self, who: str, day: float, call: str, subject: str | None) -> None:
        about = {"call_id": call, "queue": self.rng.choice(["sales", "care"]), "subject": subject}
        wait = float(self.rng.randrange(90))
        self.add("Call Offered", day, who, **about)
        if self.rng.random() < 0.2:
            self.add("Call Abandoned", day + wait / 86_400, who, **about, wait_s=wait)
            return
        legs = 1 + (self.rng.random() < 0.2)
        for leg in range(legs):
            self.add("Call Answered", day + 0.01 * leg, who, **about, wait_s=wait)
            talk = {"talk_s": float(self.rng.randrange(900)), "wrap_s": self.rng.choice([None, 30.5])}
            self.add(
                "Call Ended", day + 0.01 * leg + 0.005, who, **about, **talk, hold_s=self.rng.choice([None, 12.25])
            )
        if legs > 1:
            self.add("Call Transferred", day + 0.006, who, **about, to_queue="care")

    def orders(self, who: str | None) -> None:
        for number in range(self.rng.randrange(9)):
            day, order = self.when(), f"o-{who}-{number}"
            lines = [
                {
                    "product_id": f"p{self.rng.randrange(4)}",
                    "quantity": self.rng.randint(1, 5),
                    "price": 2.5,
                    "name": 'a "{b}"',
                }
                for _ in range(self.rng.randint(1, 3))
            ]
            currency = "EUR" if self.rng.random() < 0.9 else "CHF"
            worth = sum(line["quantity"] * line["price"] for line in lines)
            margin = round(worth / 3, 2) if self.rng.random() < 0.5 else None
            bought = {
                "revenue": worth,
                "currency": currency,
                "products": lines,
                "region": self.rng.choice(["IT", "FR"]),
            }
            self.add("Order Completed", day, who, order_id=order, margin=margin, **bought)
            if self.rng.random() < 0.3:
                back = [{**lines[0], "quantity": self.rng.randint(1, 6)}]
                named = order if self.rng.random() < 0.5 else f"credit-{who}-{number}"
                given = {"revenue": 2.5 * back[0]["quantity"], "currency": currency, "products": back}
                self.add("Order Refunded", day + self.when(0, 45), who, order_id=named, **given)

    def complaints(self, who: str) -> None:
        if self.rng.random() < 0.5:
            return
        day = self.when()
        ticket = f"t-{who}" if self.rng.random() < 0.7 else None
        self.add("Complaint Filed", day, who, text="no", ticket_id=ticket)
        if ticket and self.rng.random() < 0.8:
            answered = day + self.when(0, 4)
            self.add("Ticket Answered", answered, who, ticket_id=ticket)
            closed = answered + self.when(0, 40)
            self.add("Ticket Closed", closed, who, ticket_id=ticket)
            if self.rng.random() < 0.4:
                self.add("Ticket Opened", closed + self.when(0, 40), who, ticket_id=ticket)
