"""The rule that accepts pairs: what it may, what it never does, and how it is taken back."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from percorso.data.matching.precision import EDGES, Said, Scored, trusted
from percorso.insight.interval import wilson
from percorso.main.company import Company
from percorso.model.errors import Conflict, InvalidInput, NotFound
from percorso.model.match_rule import MatchRule
from percorso.ports import Proposal
from tests.http_client import app_for, signed_in, take
from tests.importing import Cli

RULE = MatchRule(name="sure", precision=0.95, on=True)
HIGH, LOW = 12.0, 3.0
EVA = "eva@example.com"
BEFORE = 150


def interval(accepted: int, said: int) -> tuple[float, float]:
    found = wilson(accepted, said)
    return found.low or 0.0, found.high or 0.0


def said(weight: float, accepted: int, refused: int) -> list[Said]:
    return [Said(weight, True)] * accepted + [Said(weight, False)] * refused


def cut(pairs: Sequence[Scored], heard: Sequence[Said], precision: float = 0.95) -> float | None:
    return trusted(pairs, heard, precision, interval).cut


class TestPrecision:
    def test_the_models_word_alone_is_never_enough(self) -> None:
        found = trusted([Scored(30, 1.0)] * 1000, [], 0.5, interval)
        assert (found.cut, found.pairs, found.taken) == (None, 0, 0)

    def test_so_many_verdicts_are_needed_and_not_one_less(self) -> None:
        pairs = [Scored(HIGH, 0.9998)] * 10
        assert cut(pairs, said(HIGH, 72, 0)) is None
        assert cut(pairs, said(HIGH, 73, 0)) == 10.0
        assert cut(pairs, said(HIGH, 73, 0), 0.99) is None

    def test_one_that_was_wrong_counts(self) -> None:
        assert cut([Scored(HIGH, 0.9998)], said(HIGH, 73, 1)) is None
        assert cut([Scored(HIGH, 0.9998)], said(HIGH, 110, 1)) == 10.0

    def test_what_the_model_doubts_is_not_accepted_whatever_people_said(self) -> None:
        assert cut([Scored(LOW, 0.5)] * 10, said(LOW, 75, 0)) is None

    def test_greater_weights_may_lean_on_lesser_ones_unless_people_speak_against_them(self) -> None:
        pairs = [Scored(25, 1.0), Scored(HIGH, 0.9998)]
        assert cut(pairs, said(HIGH, 80, 0)) == 10.0
        assert cut(pairs, [*said(HIGH, 80, 0), *said(25, 0, 2)]) is None

    def test_what_is_expected_wrong_has_an_interval_around_it(self) -> None:
        found = trusted([Scored(HIGH, 0.999)] * 100, said(HIGH, 198, 2), 0.95, interval)
        assert found.pairs == 100
        assert found.wrong_least < found.wrong < found.wrong_most
        assert found.wrong == pytest.approx(100 * (1 - (198 + 10 * 0.999) / 210))
        assert found.wrong_most == pytest.approx(100 * (1 - interval(198, 200)[0]))

    @given(
        st.lists(st.tuples(st.sampled_from([*EDGES, 0.0, 30.0]), st.floats(0, 1)), max_size=60),
        st.lists(st.tuples(st.sampled_from([*EDGES, 0.0, 30.0]), st.booleans()), max_size=200),
        st.floats(0.5, 0.99),
    )
    def test_what_is_taken_is_above_the_cut_and_borne_out(
        self, pairs: list[tuple[float, float]], heard: list[tuple[float, bool]], precision: float
    ) -> None:
        found = trusted([Scored(*one) for one in pairs], [Said(*one) for one in heard], precision, interval)
        assert sum(band.pairs for band in found.bands) == len(pairs)
        assert sum(band.said for band in found.bands) == len(heard)
        assert found.pairs == sum(1 for weight, _ in pairs if found.cut is not None and weight >= found.cut)
        taken = found.bands[: found.taken]
        assert all(band.precision is None or band.precision >= precision for band in taken)
        assert not taken or taken[-1].least >= precision
        assert found.wrong <= (1 - precision) * found.pairs + 1e-9


def identify(user: str, **traits: str) -> dict[str, object]:
    return {"type": "identify", "userId": user, "messageId": f"m-{user}", "traits": traits}


def node(company: Company, user: str) -> str:
    return company.identity.find(company.unifier.identifier(f"user_id:{user}"))[0].node_id


def holder(company: Company, user: str) -> str:
    return company.unifier.holder(company.unifier.identifier(f"user_id:{user}"))


def pair(company: Company, one: str, other: str, weight: float = HIGH) -> Proposal:
    a, b = sorted((node(company, one), node(company, other)))
    return Proposal(a, b, one, other, "person", weight, 0.9998, {"prior": -8.0}, "model", 1)


@pytest.fixture
def known(company: Company) -> Company:
    """Six people, of whom a, b and c look alike; and pairs that people accepted before."""
    take(company, *(identify(user) for user in ("a", "b", "c", "d", "e", "f")))
    before = [Proposal(f"x{n}", f"y{n}", "x", "y", "person", HIGH, 0.9998, {}, "model", 1) for n in range(BEFORE)]
    company.proposals.replace_open(before)
    for one in before:
        company.proposals.decide(one.node_a, one.node_b, "accepted", by=EVA, at=5)
    return company


def propose(company: Company, *pairs: tuple[str, str]) -> list[Proposal]:
    found = [pair(company, *one) for one in pairs]
    company.proposals.replace_open(found)
    return found


def run(company: Company) -> int:
    accepted = company.accepter.run().accepted
    company.processor.drain()
    return accepted


class TestRule:
    def test_it_is_off_until_somebody_wants_it(self, known: Company) -> None:
        with pytest.raises(NotFound):
            known.accepter.run()
        known.accepter.want(MatchRule(name="sure", precision=0.95), EVA)
        with pytest.raises(Conflict):
            known.accepter.run()

    def test_it_accepts_as_somebody_would_and_signs_with_its_version(self, known: Company) -> None:
        (one,) = propose(known, ("a", "b"))
        assert known.accepter.preview(RULE).accepted == 1
        assert holder(known, "a") != holder(known, "b")
        known.accepter.want(RULE, EVA)
        assert run(known) == 1
        assert holder(known, "a") == holder(known, "b")
        (override,) = known.identity.overrides()
        assert (override.kind, override.by) == ("link", "rule sure@1")
        kept = known.proposals.get(one.node_a, one.node_b)
        assert kept is not None
        assert (kept.state, kept.decided_by) == ("accepted", "rule sure@1")
        acts = [(row.actor, row.act, row.target) for row in known.audit.latest(10)]
        assert ("rule sure@1", "match.decided", f"{one.node_a} {one.node_b}") in acts
        assert (EVA, "match.rule_changed", "1") in acts

    def test_its_own_verdicts_bear_nothing_out(self, known: Company) -> None:
        for n in range(BEFORE):
            known.proposals.decide(f"x{n}", f"y{n}", "open", by=EVA, at=6)
            known.proposals.decide(f"x{n}", f"y{n}", "accepted", by="rule sure@1", at=7)
        propose(known, ("a", "b"))
        assert known.accepter.preview(RULE).accepted == 0

    def test_all_of_a_version_is_taken_back_at_once_and_is_for_people_then(self, known: Company) -> None:
        propose(known, ("a", "b"), ("c", "d"))
        known.accepter.want(RULE, EVA)
        assert run(known) == 2
        assert known.accepter.withdraw(1, EVA) == 2
        known.processor.drain()
        assert len({holder(known, user) for user in "abcd"}) == 4
        latest = known.accepter.rule()
        assert latest is not None
        assert (latest.version, latest.rule.on) == (2, False)
        assert len(known.proposals.those("open", 10)) == 2
        known.accepter.want(RULE, EVA)
        found = known.accepter.run()
        assert (found.accepted, found.left) == (0, {"decided": 2})
        with pytest.raises(NotFound):
            known.accepter.withdraw(9, EVA)

    def test_what_somebody_decided_since_stays(self, known: Company) -> None:
        propose(known, ("a", "b"))
        known.accepter.want(RULE, EVA)
        run(known)
        ids = [known.unifier.identifier(f"user_id:{user}") for user in "ab"]
        known.unifier.decide("link", ids[0], ids[1], EVA, "they told me")
        known.processor.drain()
        known.accepter.withdraw(1, EVA)
        known.processor.drain()
        assert holder(known, "a") == holder(known, "b")

    @pytest.mark.parametrize("never", ["separate", "refuse"])
    def test_who_is_not_one_is_not_joined_by_way_of_others(self, known: Company, never: str) -> None:
        found = propose(known, ("a", "b"), ("b", "c"), ("a", "c"))
        if never == "refuse":
            known.proposals.decide(found[2].node_a, found[2].node_b, "refused", by=EVA, at=9)
        else:
            ids = [known.unifier.identifier(f"user_id:{user}") for user in "ac"]
            known.unifier.decide("separate", ids[0], ids[1], EVA, None)
            known.processor.drain()
        known.accepter.want(RULE, EVA)
        left = known.accepter.run().left
        known.processor.drain()
        assert left.get("apart", 0) >= 1
        assert holder(known, "a") != holder(known, "c")

    def test_no_crowd_is_made(self, known: Company) -> None:
        users = [f"u{n}" for n in range(12)]
        take(known, *(identify(user) for user in users))
        propose(known, *pairwise(users))
        known.accepter.want(RULE, EVA)
        assert known.accepter.run().left["limit"] >= 1
        known.processor.drain()
        people = [holder(known, user) for user in users]
        assert max(people.count(one) for one in people) <= 8

    def test_households_and_lesser_weights_are_left_alone(self, known: Company) -> None:
        one = pair(known, "a", "b")._replace(kind="household")
        known.proposals.replace_open([one, pair(known, "c", "d", LOW)])
        known.accepter.want(RULE, EVA)
        assert known.accepter.run().accepted == 0

    @pytest.mark.parametrize("said", [{"name": "Sure!"}, {"precision": 1.0}, {"precision": 0.3}])
    def test_a_rule_that_cannot_be_is_refused(self, said: dict[str, object]) -> None:
        with pytest.raises(InvalidInput):
            MatchRule(**{"name": "sure", "precision": 0.9, **said})


def test_over_http_it_is_seen_before_it_is_switched_on(known: Company) -> None:
    propose(known, ("a", "b"))
    app = app_for(known)
    agent, manager = signed_in(known, app, "agent"), signed_in(known, app, "manager")
    assert agent.get("/api/matches/rule").json() == {"versions": []}
    seen = manager.get("/api/matches/rule/preview", params={"precision": 0.95}).json()
    assert (seen["accepted"], [band["taken"] for band in seen["bands"]].count(True)) == (1, 3)
    assert seen["wrong_least"] <= seen["wrong"] <= seen["wrong_most"] <= 0.05
    body = {"name": "sure", "precision": 0.95, "on": True}
    assert agent.request("PUT", "/api/matches/rule", json=body).status_code == 403
    assert manager.request("PUT", "/api/matches/rule", json=body).json()["versions"][0]["on"] is True
    assert manager.post("/api/matches/rule/run", {}).json()["accepted"] == 1
    known.processor.drain()
    assert holder(known, "a") == holder(known, "b")
    assert manager.post("/api/matches/rule/withdraw", {"version": 1}).json() == {"withdrawn": 1}
    known.processor.drain()
    assert holder(known, "a") != holder(known, "b")


def test_on_the_command_line(known: Company, company_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    propose(known, ("a", "b"))
    known.close()
    cli = Cli(company_dir, capsys)
    assert cli("match", "rule", "show")[1].startswith("There is no rule")
    assert cli.json("match", "rule", "preview", "--precision", "0.95")["accepted"] == 1
    assert "It would accept 1 pairs" in cli("match", "rule", "preview", "--precision", "0.95")[1]
    assert "accept nothing" in cli("match", "rule", "preview")[1]
    cli("match", "rule", "on", "sure", "--precision", "0.95")
    assert cli.json("match", "rule", "run") == {"accepted": 1}
    assert cli.json("match", "rule", "show")[0]["accepted"] == 1
    assert cli.json("match", "rule", "withdraw", "1") == {"withdrawn": 1}
    assert cli.json("match", "rule", "show")[0]["on"] is False
    assert cli("match", "rule", "run")[0] != 0
