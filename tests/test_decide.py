"""Deciding: the play of the highest priority acts, once per cause, with its reasons and what it beat."""

import itertools
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from percorso.adapters.packs import load_packs
from percorso.execution.decide import NOTHING, WORTH, Acts, Decider
from percorso.execution.playbook import coverage, reaches
from percorso.execution.reasons import compile_reasons, describe
from percorso.model.condition import Condition, compile_condition, event_names
from percorso.model.config import Config
from percorso.model.decision import Refusal
from percorso.model.event import Event, Placed
from percorso.model.journey import Journey, Stage
from percorso.model.person import NOBODY, Facts, Profile
from percorso.model.play import Intent, MessageTemplate, Play, TaskTemplate
from percorso.model.subject import EventSubject
from percorso.model.time import DAY, MINUTE
from percorso.model.touchpoint import Touchpoint
from tests.events import event

RETAIL = load_packs(["retail"])
DECIDER = Decider(RETAIL)
ANOTHER = Decider(load_packs(["common", "retail"]))
"""Made apart from the same packs."""
AT = 1_700_000_000_000_000
LATER = AT + 5 * MINUTE
"""When it happened, and when we took it."""

LATE = {
    "order_id": "o1",
    "delivered_at": "2018-03-21T14:02:00Z",
    "estimated_at": "2018-03-20T00:00:00Z",
}
ON_TIME = {**LATE, "estimated_at": "2018-03-22T00:00:00Z"}


def happened(name: str, properties: Mapping[str, Any] | None = None, **fields: Any) -> Event:
    return event(name, properties=properties or {}, **{"occurred_at": AT, "received_at": LATER, **fields})


def decided(
    one: Event, *, decider: Decider = DECIDER, person: str | None = "p1", orders: int = 0, stage: str | None = None
) -> Acts:
    subject = EventSubject(one, "web.home", "web", "before", Profile(facts=Facts(orders=orders)))
    return decider.decide(one, Placed(one.seq, person and "n1", person, "web.home", "web", "before", stage), subject)


def play(id_: str, *, priority: int = 50, sends: bool = True, opens: bool = False, **fields: Any) -> Play:
    both = {"it": "x", "en": "y"}
    made: dict[str, Any] = {
        "version": 1,
        "touchpoint": None,
        "stage": None,
        "when": {"field": "name", "is": "Thing Done"},
        "once_per": "event",
        "intent": "serve",
        "purpose": None,
        "message": MessageTemplate(channel="email", subject=both, body=both) if sends else None,
        "task": TaskTemplate(title=both, queue="care", due_minutes=30) if opens else None,
        **dict.fromkeys(("name", "do", "say", "how", "timing", "ask", "ask_how", "ask_when", "give", "get"), both),
    }
    return Play(id=id_, priority=priority, **{**made, **fields})


def among(*plays: Play) -> Decider:
    return Decider(Config(version="x", plays=plays))


class TestLateDelivery:
    @pytest.mark.parametrize("name", ["Order Delivered", "Parcel Delivered"])
    def test_is_answered_with_a_message(self, name: str) -> None:
        acts = decided(happened(name, LATE, seq=7), stage="receive")
        (decision,), (message,) = acts.decisions, acts.messages
        assert (decision.play, decision.business_key) == ("late_delivery", "late_delivery:o1")
        assert (decision.outcome, decision.refusal, decision.channel) == ("queued", None, "email")
        assert (decision.cause_seq, decision.cause_message_id, decision.decided_at) == (7, "m1", AT)
        assert (decision.node_id, decision.person_id) == ("n1", "p1")
        assert (decision.touchpoint, decision.stage) == ("web.home", "receive")
        assert message.decision_id == decision.decision_id
        assert message.business_key == "late_delivery:o1:email"
        assert (message.created_at, message.due_at, message.expires_at) == (LATER, LATER, AT + WORTH["serve"])
        assert message.facts == {"name": name, "properties": LATE}
        assert acts.tasks == ()

    @pytest.mark.parametrize(
        "properties",
        [ON_TIME, {**LATE, "delivered_at": LATE["estimated_at"]}, {**LATE, "estimated_at": None}, {"order_id": "o1"}],
    )
    def test_on_time_or_unknown_is_left_alone(self, properties: dict[str, Any]) -> None:
        assert decided(happened("Order Delivered", properties)) is NOTHING

    def test_of_history_is_decided_and_nothing_is_sent(self) -> None:
        acts = decided(happened("Order Delivered", LATE, historical=True))
        (decision,) = acts.decisions
        assert (decision.outcome, decision.refusal, decision.historical) == ("refused", Refusal.HISTORICAL, True)
        assert (acts.messages, acts.tasks) == ((), ())

    def test_happens_once_per_order_whatever_reports_it(self) -> None:
        reports = [
            decided(happened("Order Delivered", LATE)),
            decided(happened("Parcel Delivered", LATE, message_id="m2", source="courier", occurred_at=AT + DAY)),
        ]
        assert len({report.decisions[0].decision_id for report in reports}) == 1
        assert len({report.messages[0].message_id for report in reports}) == 1
        other = decided(happened("Order Delivered", {**LATE, "order_id": "o2"}))
        assert other.decisions[0].decision_id != reports[0].decisions[0].decision_id

    def test_says_why(self) -> None:
        assert decided(happened("Order Delivered", LATE)).decisions[0].reasons == (
            "name is Order Delivered",
            "properties.delivered_at 2018-03-21T14:02:00Z is later than properties.estimated_at 2018-03-20T00:00:00Z",
        )


class TestRetail:
    def test_thanks_for_the_first_purchase_only_once_per_person(self) -> None:
        order = {"order_id": "o1", "revenue": 12.5, "currency": "EUR"}
        first = decided(happened("Order Completed", order), orders=1)
        assert first.decisions[0].business_key == "first_purchase_thanks:p1"
        assert (first.messages[0].intent, first.messages[0].purpose) == ("ask", "feedback")
        assert decided(happened("Order Completed", order), orders=2) is NOTHING

    @pytest.mark.parametrize(
        ("said", "calls"),
        [
            ({"kind": "nps", "score": 6, "scale": 10}, True),
            ({"kind": "nps", "score": 7, "scale": 10}, False),
            ({"kind": "csat", "score": 2, "scale": 5}, True),
            ({"kind": "csat", "score": 3, "scale": 5}, False),
            ({"kind": "csat", "score": "1", "scale": 5}, False),
            ({"kind": "ces", "score": 1, "scale": 7}, False),
        ],
    )
    def test_a_low_score_opens_a_task_to_call_back(self, said: dict[str, Any], calls: bool) -> None:
        acts = decided(happened("Survey Answered", said))
        assert [task.play for task in acts.tasks] == (["detractor_call_back"] if calls else [])
        if calls:
            (decision,), (task,) = acts.decisions, acts.tasks
            assert (decision.outcome, decision.channel) == ("task", None)
            assert (task.decision_id, task.queue) == (decision.decision_id, "care")
            assert (task.created_at, task.due_at) == (LATER, LATER + DAY)
            assert set(task.title) == {"it", "en"}

    def test_the_comparison_guide_opens_a_call_within_ten_minutes(self) -> None:
        (task,) = decided(happened("Guide Downloaded", {"guide": "comparison"})).tasks
        assert task.due_at - LATER == 10 * MINUTE
        assert decided(happened("Guide Downloaded", {"guide": "brewing"})) is NOTHING

    def test_a_complaint_is_confirmed_and_given_to_somebody(self) -> None:
        acts = decided(happened("Complaint Filed", {"text": "Tardi", "language": "it"}))
        assert (len(acts.decisions), len(acts.messages), len(acts.tasks)) == (1, 1, 1)
        assert acts.decisions[0].outcome == "queued"

    def test_what_nobody_did_decides_nothing(self) -> None:
        assert decided(happened("Order Delivered", LATE), person=None) is NOTHING

    def test_most_events_are_none_of_our_business(self) -> None:
        assert not DECIDER.cares(happened("Product Viewed"))
        assert DECIDER.cares(happened("Order Delivered"))
        assert decided(happened("Product Viewed")) is NOTHING


class TestPriority:
    def test_one_play_a_channel_and_the_others_are_alternatives(self) -> None:
        acts = decided(happened("Thing Done"), decider=among(play("a", priority=10), play("b", priority=30), play("c")))
        (decision,) = acts.decisions
        assert decision.play == "c"
        assert decision.alternatives == ({"play": "b", "priority": 30}, {"play": "a", "priority": 10})

    def test_a_message_and_a_task_do_not_compete(self) -> None:
        acts = decided(happened("Thing Done"), decider=among(play("mail"), play("call", sends=False, opens=True)))
        assert sorted(decision.play for decision in acts.decisions) == ["call", "mail"]
        assert all(decision.alternatives == () for decision in acts.decisions)

    def test_a_play_that_loses_one_lane_still_acts_in_the_other(self) -> None:
        acts = decided(happened("Thing Done"), decider=among(play("mail", priority=60), play("both", opens=True)))
        mail, both = acts.decisions
        assert (mail.play, mail.alternatives) == ("mail", ({"play": "both", "priority": 50},))
        assert (both.play, both.outcome, both.channel, both.alternatives) == ("both", "task", None, ())
        assert [message.play for message in acts.messages] == ["mail"]
        assert [task.play for task in acts.tasks] == ["both"]

    @pytest.mark.parametrize("order", list(itertools.permutations("abc")))
    def test_equals_are_settled_by_id_not_by_order(self, order: tuple[str, ...]) -> None:
        acts = decided(happened("Thing Done"), decider=among(*(play(id_) for id_ in order)))
        assert acts.decisions[0].play == "a"


class TestBusinessKey:
    def key(self, once_per: str, properties: dict[str, Any], **fields: Any) -> str:
        acts = decided(happened("Thing Done", properties, **fields), decider=among(play("p", once_per=once_per)))
        return acts.decisions[0].business_key

    @pytest.mark.parametrize(
        ("value", "word"),
        [("A 7", "A 7"), (7, "7"), (7.0, "7"), (7.5, "7.5"), (" 7 ", "7"), (True, "true"), (["a", 1], '["a", 1]')],
    )
    def test_a_value_has_one_spelling(self, value: Any, word: str) -> None:
        assert self.key("properties.order_id", {"order_id": value}) == f"p:{word}"

    @pytest.mark.parametrize("properties", [{}, {"order_id": None}, {"order_id": ""}])
    def test_without_a_value_it_happens_once_per_event(self, properties: dict[str, Any]) -> None:
        assert self.key("properties.order_id", properties, message_id="m9", source="till") == "p:till/m9"

    def test_message_ids_of_two_sources_are_two_events(self) -> None:
        assert self.key("event", {}, source="till") != self.key("event", {}, source="web")

    @pytest.mark.parametrize("value", ["x" * 10_000, "a\0b", "a\ud800b", "a\nb"])
    def test_odd_values_become_a_short_printable_word(self, value: str) -> None:
        key = self.key("properties.order_id", {"order_id": value})
        assert key.isprintable()
        assert len(key) < 50
        assert key == self.key("properties.order_id", {"order_id": value})


ANY_VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
NAMES = sorted({"Product Viewed"}.union(*(event_names(one.when) or () for one in RETAIL.plays)))
PROPERTY = st.sampled_from(
    ["order_id", "delivered_at", "estimated_at", "score", "kind", "choice", "guide", "wait_s", "reason", "resolved"]
)
TELLING = st.sampled_from(["nps", "csat", "call_me", "comparison", "out_of_stock", 0, 5, 10, 60, False, *LATE.values()])


@st.composite
def events(draw: st.DrawFn) -> Event:
    name = draw(st.sampled_from(NAMES))
    properties = draw(st.dictionaries(PROPERTY, TELLING | ANY_VALUE, max_size=8))
    return happened(name, properties, historical=draw(st.booleans()), message_id=draw(st.text(min_size=1, max_size=8)))


class TestAnyEvent:
    @given(one=events(), orders=st.integers(0, 12))
    def test_the_same_event_twice_is_the_same_decision(self, one: Event, orders: int) -> None:
        acts = decided(one, orders=orders)
        assert decided(one, orders=orders) == acts
        assert decided(one, orders=orders, decider=ANOTHER) == acts
        again = decided(one._replace(seq=one.seq + 1, received_at=one.received_at + DAY), orders=orders)
        assert [decision.decision_id for decision in again.decisions] == [one.decision_id for one in acts.decisions]

    @given(one=events(), orders=st.integers(0, 12))
    def test_whatever_is_decided_is_whole(self, one: Event, orders: int) -> None:
        acts = decided(one, orders=orders)
        ids = {decision.decision_id for decision in acts.decisions}
        assert len(ids) == len(acts.decisions)
        assert len({message.channel for message in acts.messages}) == len(acts.messages)
        assert len(acts.tasks) <= 1
        assert {act.decision_id for act in (*acts.messages, *acts.tasks)} == (set() if one.historical else ids)
        assert all(decision.reasons for decision in acts.decisions)
        assert all((decision.outcome == "refused") == one.historical for decision in acts.decisions)

    @given(one=events(), orders=st.integers(0, 12))
    def test_it_cares_about_whatever_it_decides(self, one: Event, orders: int) -> None:
        assert DECIDER.cares(one) or decided(one, orders=orders) is NOTHING


class TestReasons:
    @pytest.mark.parametrize(
        ("condition", "told"),
        [
            ({"field": "name", "in": ["Thing Done", "Other"]}, ["name is Thing Done"]),
            ({"field": "properties.n", "at_least": 3}, ["properties.n 5 is at least 3"]),
            (
                {"field": "properties.n", "above": 1, "below": 9},
                ["properties.n 5 is above 1", "properties.n 5 is below 9"],
            ),
            ({"field": "properties.n", "exists": True}, ["properties.n is there"]),
            ({"field": "properties.x", "is_not": "a"}, ["properties.x is not a"]),
            ({"not": {"field": "properties.n", "is": 6}}, ["not (properties.n is 6)"]),
            (
                {"any": [{"field": "properties.n", "is": 6}, {"field": "person.orders", "is": 2}]},
                ["person.orders is 2"],
            ),
            ({"field": "properties.ok", "not_in": [True, "x"]}, ["properties.ok false is none of true, x"]),
        ],
    )
    def test_tells_the_facts_that_held(self, condition: Condition, told: list[str]) -> None:
        one = happened("Thing Done", {"n": 5, "ok": False})
        subject = EventSubject(one, profile=Profile(facts=Facts(orders=2)))
        assert compile_condition(condition)(subject)
        assert compile_reasons(condition)(subject) == told

    def test_never_repeats_what_a_person_told_of_themselves(self) -> None:
        one = happened("Thing Done", traits={"email": "ada@example.com"})
        condition = {"field": "traits.email", "contains": "@"}
        assert compile_reasons(condition)(EventSubject(one)) == ["traits.email contains @"]

    def test_long_values_are_cut(self) -> None:
        one = happened("Thing Done", {"text": "x" * 1000})
        (told,) = compile_reasons({"field": "properties.text", "contains": "x"})(EventSubject(one))
        assert len(told) < 200

    @pytest.mark.parametrize("one", RETAIL.plays, ids=lambda one: one.id)
    def test_every_condition_can_be_described(self, one: Play) -> None:
        assert describe(one.when).startswith("name is")


class TestWorth:
    @pytest.mark.parametrize("intent", ["serve", "ask", "entertain", "sell"])
    def test_a_message_expires_by_the_time_of_its_event_not_of_its_arrival(self, intent: Intent) -> None:
        late = happened("Thing Done", received_at=AT + 90 * DAY)
        purpose = None if intent == "serve" else "marketing"
        (message,) = decided(late, decider=among(play("p", intent=intent, purpose=purpose))).messages
        assert message.expires_at < message.due_at


NAME = {"it": "x", "en": "y"}
ENTRY = {"field": "name", "is": "X"}


def touchpoint(id_: str, phase: Any) -> Touchpoint:
    return Touchpoint(id=id_, name=NAME, channel="web", physical=False, phase=phase)


def stage(id_: str, phase: Any) -> Stage:
    return Stage(id=id_, name=NAME, phase=phase, entry=ENTRY)


class TestCoverage:
    JOURNEY = Journey(
        id="j", version=1, name=NAME, stages=(stage("look", "before"), stage("buy", "during"), stage("pay", "during"))
    )
    PLACES = (touchpoint("web.shop", "before"), touchpoint("web.till", "during"))

    def cells(self, *plays: Play) -> dict[tuple[str, str], tuple[str, ...]]:
        found = coverage(Config(version="x", plays=plays, touchpoints=self.PLACES), self.JOURNEY)
        return {(cell.touchpoint, cell.stage): cell.plays for cell in found.cells if cell.plays}

    def test_a_play_with_both_reaches_one_cell(self) -> None:
        assert self.cells(play("p", touchpoint="web.till", stage="buy")) == {("web.till", "buy"): ("p",)}

    def test_a_play_without_a_stage_reaches_its_touchpoint_s_phase(self) -> None:
        reached = self.cells(play("p", touchpoint="web.till"))
        assert set(reached) == {("web.till", "buy"), ("web.till", "pay")}

    def test_a_play_without_a_touchpoint_reaches_its_stage_s_phase(self) -> None:
        assert set(self.cells(play("p", stage="pay"))) == {("web.till", "pay")}

    def test_a_play_may_reach_out_of_its_phase_when_it_says_so(self) -> None:
        assert set(self.cells(play("p", touchpoint="web.shop", stage="pay"))) == {("web.shop", "pay")}

    def test_plays_of_a_cell_come_best_first(self) -> None:
        plays = (play("a", stage="look", priority=1), play("b", stage="look", priority=2))
        assert self.cells(*plays) == {("web.shop", "look"): ("b", "a")}

    def test_holes_are_expected_cells_without_a_play(self) -> None:
        config = Config(version="x", plays=(play("p", stage="buy"),), touchpoints=self.PLACES)
        found = coverage(config, self.JOURNEY)
        assert [(cell.touchpoint, cell.stage) for cell in found.holes] == [("web.shop", "look"), ("web.till", "pay")]
        assert (found.covered, found.expected) == (1, 3)
        assert found.covered + len(found.holes) == found.expected

    def test_the_shipped_packs_count_up(self) -> None:
        config = load_packs(["retail", "subscription", "service", "b2b"])
        for journey in config.journeys:
            found = coverage(config, journey)
            assert len(found.cells) == len(config.touchpoints) * len(journey.stages)
            assert 0 < found.covered == found.expected - len(found.holes)
            reaching = {one.id for one in config.plays if any(one.id in cell.plays for cell in found.cells)}
            assert reaching == {
                one.id
                for one in config.plays
                if any(reaches(one, place, step) for place in config.touchpoints for step in journey.stages)
            }


def test_nobody_s_profile_is_enough_to_decide() -> None:
    one = happened("Order Delivered", LATE)
    acts = DECIDER.decide(one, Placed(1, "n1", "p1", None, None, None, None), EventSubject(one, profile=NOBODY))
    assert [decision.play for decision in acts.decisions] == ["late_delivery"]
