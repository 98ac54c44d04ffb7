"""All KPIs and their variants against plain Python over the same events."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import ibis
import numpy as np
import pytest

from percorso.insight.kpi import VARIANTS, complaints, contacts, lives
from percorso.insight.kpi.about import find
from percorso.insight.kpi.ask import ask
from percorso.insight.kpi.compare import Comparison, compare
from percorso.insight.kpi.definition import Definition
from percorso.insight.kpi.people import Group, people_behind
from percorso.insight.windows import Window
from percorso.model.errors import InvalidInput, NotFound
from tests.kpi_events import everything
from tests.lakes import Lake, lake_in

WINDOW = Window(start=date(2026, 2, 3), end=date(2026, 5, 12))
Row = dict[str, Any]
Expected = Callable[[list[Row], date], tuple[float | None, int]]


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lake]:
    with lake_in(tmp_path_factory.mktemp("kpi")) as lake:
        lake.import_(everything(7))
        lake.fold()
        yield lake


@pytest.fixture(scope="module")
def told(lake: Lake) -> list[Row]:
    """All events in order, their properties read."""
    rows = lake.sql("SELECT *, epoch_us(occurred_at) AS micros FROM events ORDER BY micros, tie, message_id")
    for row in rows:
        row["day"] = date.fromisoformat(row["local_date"])
        row["of"] = json.loads(row["properties"])
    return rows


def here(row: Row, window: Window = WINDOW) -> bool:
    return bool(window.start <= row["day"] < window.end)


def share(units: list[bool]) -> tuple[float | None, int]:
    return (float(np.mean(units)) if units else None), len(units)


def answered(kind: str, top: int, grade: Callable[[float], float], told_only: bool = False) -> Expected:
    def expected(rows: list[Row], known: date) -> tuple[float | None, int]:
        low = 0 if kind == "nps" else 1
        grades = [
            grade(row["score"])
            for row in rows
            if row["name"] == "Survey Answered" and row["survey_kind"] == kind and here(row)
            and (row["scale"] == top or (row["scale"] is None and not told_only))
            and low <= row["score"] <= top
        ]  # fmt: skip
        return (float(np.mean(grades)) if grades else None), len(grades)

    return expected


def calls(rows: list[Row]) -> list[Row]:
    """Each call once, as it came out."""
    found: dict[str, Row] = {}
    for row in rows:
        if row["name"] in ("Call Answered", "Call Abandoned"):
            best = found.get(row["of"]["call_id"])
            if best is None or (best["name"] == "Call Abandoned" and row["name"] == "Call Answered"):
                found[row["of"]["call_id"]] = row
    return [row for row in found.values() if here(row)]


def asa(rows: list[Row], known: date) -> tuple[float | None, int]:
    waits = [row["wait_s"] for row in rows if row["name"] == "Call Answered" and here(row)]
    return float(np.mean(waits)), len(waits)


def abandoned(after: float) -> Expected:
    def expected(rows: list[Row], known: date) -> tuple[float | None, int]:
        found = [row for row in calls(rows) if row["name"] == "Call Answered" or not after or row["wait_s"] > after]
        return share([row["name"] == "Call Abandoned" for row in found])

    return expected


def served(within: float, only_answered: bool) -> Expected:
    def expected(rows: list[Row], known: date) -> tuple[float | None, int]:
        found = [row for row in calls(rows) if row["name"] == "Call Answered" or not only_answered]
        return share([row["name"] == "Call Answered" and row["wait_s"] <= within for row in found])

    return expected


def handled(by_leg: bool) -> Expected:
    def expected(rows: list[Row], known: date) -> tuple[float | None, int]:
        legs = defaultdict(list)
        for row in rows:
            if row["name"] == "Call Ended":
                of = row["of"]
                lasted = of["talk_s"] + of.get("hold_s", 0) + of.get("wrap_s", 0)
                legs[row["message_id"] if by_leg else of["call_id"]].append((row, lasted))
        took = [sum(s for _, s in mine) for mine in legs.values() if here(mine[-1][0])]
        return float(np.mean(took)), len(took)

    return expected


def first_contacts(days: int, *, net: bool = False, one_channel: bool = False, every: bool = False) -> Expected:
    def expected(rows: list[Row], known: date) -> tuple[float | None, int]:
        moved = {row["of"]["call_id"] for row in rows if row["name"] == "Call Transferred"}
        seen, mine = set(), defaultdict(list)
        for row in rows:
            of = row["of"]
            contact = of.get("call_id") or of.get("chat_id") or of.get("ticket_id") or row["message_id"]
            if row["name"] in contacts.NAMES and row["person_id"] and (row["person_id"], contact) not in seen:
                seen.add((row["person_id"], contact))
                if not (net and of.get("call_id") in moved):
                    key = (row["person_id"], of.get("subject", ""), row["channel"] if one_channel else None)
                    mine[key].append(row)
        units = []
        for line in mine.values():
            for at, row in enumerate(line):
                before = at == 0 or (row["day"] - line[at - 1]["day"]).days > days
                after = at + 1 == len(line) or (line[at + 1]["day"] - row["day"]).days > days
                if here(row) and row["day"] + timedelta(days=days) < known and (before or every):
                    units.append(before and after)
        return share(units)

    return expected


def bought(rows: list[Row]) -> dict[str, list[date]]:
    mine: dict[str, set[date]] = defaultdict(set)
    for row in rows:
        if row["name"] == "Order Completed" and row["person_id"]:
            mine[row["person_id"]].add(row["day"])
    return {who: sorted(days) for who, days in mine.items()}


def repeat(rows: list[Row], known: date) -> tuple[float | None, int]:
    found = [
        any(0 < (day - days[0]).days <= 90 for day in days)
        for days in bought(rows).values()
        if WINDOW.start <= days[0] < WINDOW.end and days[0] + timedelta(days=90) < known
    ]
    return share(found)


def in_span(rows: list[Row], known: date) -> tuple[float | None, int]:
    inside = [[day for day in days if WINDOW.start <= day < WINDOW.end] for days in bought(rows).values()]
    return share([len(days) > 1 for days in inside if days])


def returning(rows: list[Row], known: date) -> tuple[float | None, int]:
    inside = [(days, [day for day in days if WINDOW.start <= day < WINDOW.end]) for days in bought(rows).values()]
    return share([days[0] < mine[-1] for days, mine in inside if mine])


def silent(rows: list[Row], known: date) -> tuple[float | None, int]:
    gaps, quiet = [], []
    for days in bought(rows).values():
        until = [day for day in days if day < WINDOW.end]
        gaps += [(b - a).days for a, b in pairwise(until)]
        quiet += [(WINDOW.end - until[-1]).days] if until else []
    bound = sorted(gaps)[int(np.ceil(0.95 * len(gaps))) - 1]
    return share([days > bound for days in quiet])


def subscribed(rows: list[Row]) -> list[tuple[int, date, date | None]]:
    """(number of the life, opened, closed) of every life."""
    by: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row["name"] in lives.NAMES:
            by[row["of"].get("subscription_id") or row["person_id"]].append(row)
    found: list[tuple[int, date, date | None]] = []
    for line in by.values():
        opened, number = None, 0
        for row in line:
            if row["name"] in lives.OPENS and opened is None:
                opened = row["day"]
            elif row["name"] in lives.CLOSES and opened is not None:
                found.append((number, opened, row["day"]))
                opened, number = None, number + 1
        if opened is not None:
            found.append((number, opened, None))
    return found


def lost(rows: list[Row], known: date) -> tuple[float | None, int]:
    active = [c for _, o, c in subscribed(rows) if o < WINDOW.start and (c is None or c >= WINDOW.start)]
    return share([c is not None and c < WINDOW.end for c in active])


def stripe(rows: list[Row], known: date) -> tuple[float | None, int]:
    touched = [c for _, o, c in subscribed(rows) if o < WINDOW.end and (c is None or c >= WINDOW.start)]
    return share([c is not None and c < WINDOW.end for c in touched])


def by_days(rows: list[Row], known: date) -> tuple[float | None, int]:
    touched = [(o, c) for _, o, c in subscribed(rows) if o < WINDOW.end and (c is None or c >= WINDOW.start)]
    days = sum((min(c or WINDOW.end, WINDOW.end) - max(o, WINDOW.start)).days for o, c in touched)
    gone = sum(c is not None and c < WINDOW.end for _, c in touched)
    return gone / days * WINDOW.days, len(touched)


def early(days: int) -> Expected:
    """By Kaplan and Meier, day by day."""

    def expected(rows: list[Row], known: date) -> tuple[float | None, int]:
        first = [(o, c) for number, o, c in subscribed(rows) if number == 0 and WINDOW.start <= o < WINDOW.end]
        ages = []
        for opened, closed in first:
            seen = max(min((known - opened).days, days + 1), 0)
            gone = closed is not None and (closed - opened).days <= seen
            ages.append(((closed - opened).days if gone and closed else seen, gone))
        stay = 1.0
        for day in range(days + 1):
            at_risk = sum(age >= day for age, _ in ages)
            stay *= 1 - sum(age == day and gone for age, gone in ages) / at_risk if at_risk else 1
        return 1 - stay, len(ages)

    return expected


def came_back(days: int, what: str) -> Expected:
    def expected(rows: list[Row], known: date) -> tuple[float | None, int]:
        sold: dict[tuple[str, str], Row] = {}
        for row in rows:
            for line in row["of"]["products"] if row["name"] == "Order Completed" else ():
                one = sold.setdefault((row["order_id"], line["product_id"]), {"row": row, "q": 0, "back": 0.0})
                one["q"] += line["quantity"]
        orders = {order for order, _ in sold}
        for row in rows:
            for line in row["of"]["products"] if row["name"] == "Order Refunded" else ():
                if row["order_id"] in orders:
                    one = sold.get((row["order_id"], line["product_id"]))
                else:
                    mine = [
                        s for (_, product), s in sold.items()
                        if product == line["product_id"] and s["row"]["person_id"] == row["person_id"] is not None
                        and s["row"]["micros"] <= row["micros"]
                    ]  # fmt: skip
                    one = max(mine, key=lambda s: (s["row"]["micros"], s["row"]["message_id"]), default=None)
                if one is not None and 0 <= (row["day"] - one["row"]["day"]).days <= days:
                    one["back"] += line["quantity"]
        counted = [
            s | {"back": min(s["back"], s["q"])}
            for s in sold.values()
            if here(s["row"]) and s["row"]["day"] + timedelta(days=days) < known
        ]
        if what == "orders":
            hit: dict[str, bool] = defaultdict(bool)
            for s in counted:
                hit[s["row"]["order_id"]] |= s["back"] > 0
            return share(list(hit.values()))
        x, y = sum(s["q"] for s in counted), sum(s["back"] for s in counted)
        return y / x, round(x * (2.5 if what == "value" else 1))  # every price is 2.50

    return expected


def complained(base: str) -> Expected:
    def expected(rows: list[Row], known: date) -> tuple[float | None, int]:
        filed = sum(row["name"] == complaints.COMPLAINT and here(row) for row in rows)
        if base == "customers":
            since: dict[str, date] = {}
            for row in rows:
                if row["name"] in complaints.CUSTOMERS and row["person_id"]:
                    since.setdefault(row["person_id"], row["day"])
            acted = {r["person_id"] for r in rows if here(r) and r["person_id"] and r["name"] not in complaints.OURS}
            n = sum(who in since and since[who] < WINDOW.end for who in acted)
            return filed / (n / 1000) / (WINDOW.days / 30.5), n
        names = ("Order Completed",) if base == "orders" else contacts.NAMES
        n = sum(row["name"] in names and here(row) for row in rows)
        return filed / (n / 1000), n

    return expected


def handled_complaints(of: str, then: str, days: int) -> Expected:
    def expected(rows: list[Row], known: date) -> tuple[float | None, int]:
        tickets = {row["of"].get("ticket_id") for row in rows if row["name"] == complaints.COMPLAINT} - {None}
        first: dict[str, Row] = {}
        for row in rows:
            ticket = row["of"].get("ticket_id")
            if row["name"] == of and ticket in tickets:
                first.setdefault(ticket, row)
        units = []
        for ticket, begin in first.items():
            if here(begin) and begin["day"] + timedelta(days=days) < known:
                units.append(
                    any(
                        row["name"] == then and row["of"].get("ticket_id") == ticket
                        and row["micros"] > begin["micros"] and (row["day"] - begin["day"]).days <= days
                        for row in rows
                    )
                )  # fmt: skip
        return share(units)

    return expected


def worth(margin: bool) -> Expected:
    def expected(rows: list[Row], known: date) -> tuple[float | None, int]:
        mine: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            if row["name"] in ("Order Completed", "Order Refunded") and row["person_id"]:
                mine[row["person_id"]].append(row)
        values: dict[str, list[float]] = defaultdict(list)
        for line in mine.values():
            first = next((row for row in line if row["name"] == "Order Completed"), None)
            if first is not None and here(first):
                total = 0.0
                for row in line:
                    if row["currency"] == first["currency"]:
                        amount = row["of"].get("margin", row["revenue"]) if margin else row["revenue"]
                        total += amount if row["name"] == "Order Completed" else -amount
                values[first["currency"]].append(total)
        most = max(values.values(), key=len)
        return float(np.mean(most)), len(most)

    return expected


EXPECTED: dict[str, Expected] = {
    "nps": answered("nps", 10, lambda s: 100.0 * ((s >= 9) - (s <= 6))),
    "csat": answered("csat", 5, lambda s: s >= 4),
    "csat_top_box": answered("csat", 5, lambda s: s >= 5),
    "csat_mean": answered("csat", 5, float),
    "csat_net": answered("csat", 5, lambda s: 100.0 * ((s >= 4) - (s <= 2))),
    "csat_seven": answered("csat", 7, lambda s: s >= 6, told_only=True),
    "csat_hundred": answered("csat", 5, lambda s: (s - 1) * 25),
    "ces": answered("ces", 7, lambda s: s >= 5),
    "ces_strict": answered("ces", 7, lambda s: s >= 6),
    "ces_mean": answered("ces", 7, float),
    "ces_net_easy": answered("ces", 7, lambda s: 100.0 * ((s >= 5) - (s <= 3))),
    "ces_1": answered("ces", 5, lambda s: s <= 2, told_only=True),
    "asa": asa,
    "abandonment": abandoned(0),
    "abandonment_after_5s": abandoned(5),
    "service_level_20s": served(20, False),
    "service_level_30s": served(30, False),
    "service_level_20s_answered": served(20, True),
    "aht_contact": handled(False),
    "aht_leg": handled(True),
    "fcr_7d_gross_omni": first_contacts(7),
    "fcr_1d_gross_omni": first_contacts(1),
    "fcr_30d_gross_omni": first_contacts(30),
    "fcr_7d_net_omni": first_contacts(7, net=True),
    "fcr_7d_gross_channel": first_contacts(7, one_channel=True),
    "one_and_done": first_contacts(7, every=True),
    "one_and_done_30d": first_contacts(30, every=True),
    "repeat_purchase": repeat,
    "rpr_span": in_span,
    "returning_customer_rate": returning,
    "churn_inactive": silent,
    "churn_closed_cohort": lost,
    "churn_stripe": stripe,
    "churn_customer_days": by_days,
    "early_churn_90d": early(90),
    "early_churn_60d": early(60),
    "early_churn_30d": early(30),
    "return_rate_30d_units": came_back(30, "units"),
    "return_rate_30d_orders": came_back(30, "orders"),
    "return_rate_30d_value": came_back(30, "value"),
    "return_rate_90d_units": came_back(90, "units"),
    "complaints_per_1000_customers": complained("customers"),
    "complaints_per_1000_orders": complained("orders"),
    "complaints_per_1000_contacts": complained("contacts"),
    "complaints_resolved_30d": handled_complaints("Complaint Filed", "Ticket Closed", 30),
    "complaints_acknowledged_2d": handled_complaints("Complaint Filed", "Ticket Answered", 2),
    "complaints_reopened_30d": handled_complaints("Ticket Closed", "Ticket Opened", 30),
    "clv_historical_margin": worth(True),
    "clv_historical_revenue": worth(False),
}
DEFAULTS = [variants[0] for variants in VARIANTS.values()]
OTHERS = [definition for variants in VARIANTS.values() for definition in variants[1:]]
EACH = [*DEFAULTS, *(pytest.param(definition, marks=pytest.mark.slow) for definition in OTHERS)]
"""Every variant; in `make test` the defaults alone."""


def label(value: object) -> str | None:
    return value.label if isinstance(value, Definition) else None


LATER = [pytest.param(by, marks=pytest.mark.slow) for by in ("month", "region")]


@pytest.mark.parametrize("definition", EACH, ids=label)
def test_a_variant_says_what_plain_python_says(lake: Lake, told: list[Row], definition: Definition) -> None:
    value, n = EXPECTED[definition.label](told, lake.civil.civil_date(max(row["micros"] for row in told)))
    with lake.analyst.reading() as reader:
        (row,) = ask(reader, definition, (), WINDOW.start, WINDOW.end, people=True)
    assert n > 4, "the story has too little of it"
    assert (row.value, row.n) == (pytest.approx(value), n)
    assert row.ci_low is not None
    assert row.ci_high is not None
    assert row.ci_low - 1e-9 <= row.value <= row.ci_high + 1e-9
    assert row.ci_low < row.ci_high


@pytest.mark.parametrize("definition", EACH, ids=label)
@pytest.mark.parametrize("by", ["channel", *LATER])
def test_every_count_opens_its_people(lake: Lake, definition: Definition, by: str) -> None:
    with lake.analyst.reading() as reader:
        whole, *rows = ask(reader, definition, [by], WINDOW.start, WINDOW.end, people=True)
        assert rows
        listed = people_behind(reader, definition, WINDOW, None, 1000)
        assert len(listed.people) == listed.count == whole.people
        if definition.spans is None:
            for row in rows[:3]:
                listed = people_behind(reader, definition, WINDOW, Group(by=by, value=row.by[by]), 1000)
                assert len(listed.people) == listed.count == row.people


@pytest.mark.parametrize("definition", EACH, ids=label)
def test_the_whole_does_not_depend_on_how_it_is_broken_down(lake: Lake, definition: Definition) -> None:
    with lake.analyst.reading() as reader:
        alone = ask(reader, definition, (), WINDOW.start, WINDOW.end)[0]
        broken = ask(reader, definition, ("channel",), WINDOW.start, WINDOW.end)[0]
    assert (alone.value, alone.ci_low, alone.ci_high, alone.n, alone.beside) == (
        pytest.approx(broken.value), pytest.approx(broken.ci_low), pytest.approx(broken.ci_high), broken.n, broken.beside
    )  # fmt: skip


def test_complaints_by_channel_add_up_to_the_whole(lake: Lake) -> None:
    definition, _ = find("complaints")
    with lake.analyst.reading() as reader:
        whole, *rows = ask(reader, definition, ("touchpoint",), WINDOW.start, WINDOW.end)
    assert len(rows) > 1
    assert sum(row.value or 0 for row in rows) == pytest.approx(whole.value)
    assert {row.n for row in rows} == {whole.n}


def test_two_periods_and_two_groups_are_compared_by_their_difference(lake: Lake) -> None:
    definition, _ = find("csat_mean")
    earlier = Window(start=date(2026, 1, 5), end=date(2026, 2, 3))
    with lake.analyst.reading() as reader:
        rows = ask(reader, definition, ("channel",), WINDOW.start, WINDOW.end)
        found = compare(reader, definition, ("channel",), rows, Comparison(days=earlier))
        whole = found[0]
        assert whole is not None
        assert whole.other.window == earlier
        assert whole.difference is not None
        assert whole.difference.value == pytest.approx((rows[0].value or 0) - (whole.other.value or 0))
        groups = compare(reader, definition, ("channel",), rows, Comparison(group=rows[1].by["channel"]))
        assert groups[:2] == (None, None)
        assert all(one is not None for one in groups[2:])
        with pytest.raises(InvalidInput, match="days of its own"):
            compare(reader, definition, ("week",), rows, Comparison(days=earlier))
        with pytest.raises(InvalidInput, match="no group"):
            compare(reader, definition, ("channel",), rows, Comparison(group="fax"))


class Labels:
    """Segments of people: those with an even number, and everybody."""

    def __init__(self, overlaps: bool) -> None:
        self.overlaps = overlaps

    def __call__(self, session: Any) -> Any:
        people = session.table("people").select("person_id", "name")
        half = people.select("person_id", label=ibis.ifelse(people.person_id < "m", "first", "second"))
        if not self.overlaps:
            return half
        return half.union(people.select("person_id", label=ibis.literal("everybody")))


@pytest.mark.parametrize("kpi", ["csat", "churn", "complaints", "fcr", "return_rate"])
@pytest.mark.parametrize("overlaps", [False, True])
def test_a_dimension_of_people_is_joined_and_says_whether_its_groups_overlap(
    lake: Lake, kpi: str, overlaps: bool
) -> None:
    definition, _ = find(kpi)
    with lake.analyst.reading() as reader:
        reader.people_by = {"segment": Labels(overlaps)}
        alone = ask(reader, definition, (), WINDOW.start, WINDOW.end)[0]
        whole, *rows = ask(reader, definition, ("segment",), WINDOW.start, WINDOW.end)
        assert (whole.n, whole.value) == (alone.n, pytest.approx(alone.value))
        known = sum(row.n for row in rows if row.by["segment"] not in (None, "everybody"))
        unknown = sum(row.n for row in rows if row.by["segment"] is None)
        assert known + unknown == whole.n
        if overlaps:
            everybody = next(row for row in rows if row.by["segment"] == "everybody")
            assert everybody.n == known
        assert reader.overlaps(("segment",)) is overlaps


def test_a_kpi_and_a_variant_are_found_by_name() -> None:
    assert find("csat")[0].id == "csat@1"
    assert find("csat", "csat_mean")[0].id == "csat_mean@1"
    assert find("csat_mean")[0].id == find("csat_mean@1")[0].id == "csat_mean@1"
    with pytest.raises(NotFound, match="csat_top_box"):
        find("csat", "csat_median")


def test_a_stretch_is_not_asked_by_weekday(lake: Lake) -> None:
    with lake.analyst.reading() as reader, pytest.raises(InvalidInput, match="stretch of days"):
        ask(reader, find("churn")[0], ("weekday",))
