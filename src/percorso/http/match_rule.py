"""The rule that accepts pairs which are sure enough: what it would do, switching it, taking it back."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from percorso.http.auth import MayData, MayPeople
from percorso.http.internal import ByCommand, check_run_token
from percorso.http.services import Given, Services
from percorso.http.wire import Iso, PlainText
from percorso.model.match_rule import MatchRule, MatchRuleVersion
from percorso.model.time import to_iso
from percorso.pipeline.accepting import Acceptance
from percorso.pipeline.accepting_bounds import Reason


class MatchRuleBody(BaseModel):
    """precision  the least share of the pairs it accepts that are one person"""

    name: PlainText = Field(max_length=40)
    precision: float = Field(ge=0.5, lt=1)
    on: bool = False


class WithdrawBody(BaseModel):
    version: int = Field(ge=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchRuleRecord:
    """A version of the rule. `accepted`: pairs it accepted that still are."""

    version: int
    name: str
    precision: float
    on: bool
    by: str
    at: Iso
    accepted: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchRuleState:
    """The latest first: that one counts."""

    versions: list[MatchRuleRecord]


@dataclass(frozen=True, slots=True, kw_only=True)
class BandRecord:
    """Pairs of similar weight, from `low` to under `high`, null where there is no end.

    pairs      those open;  model: the mean of their probabilities
    accepted, refused   what people said of such pairs
    precision  model and people together;  least, most: the interval of the share people accepted
    taken      the rule would accept them
    """

    low: float | None
    high: float | None
    pairs: int
    model: float | None
    accepted: int
    refused: int
    precision: float | None
    least: float
    most: float
    taken: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftRecord:
    """Pairs sure enough that are left to people, and why."""

    reason: Reason
    pairs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptanceRecord:
    """What a rule accepts: how many pairs, and how many of those sure enough are expected to be two people, with its
    interval."""

    accepted: int
    wrong: float
    wrong_least: float
    wrong_most: float
    left: list[LeftRecord]
    bands: list[BandRecord]


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    """How many pairs are open again."""

    withdrawn: int


router = APIRouter(prefix="/matches/rule", tags=["identity"])
internal_router = APIRouter(
    prefix="/internal/matches", include_in_schema=False, dependencies=[Depends(check_run_token)]
)


@router.get("")
def get_match_rule(services: Given, _caller: MayPeople) -> MatchRuleState:
    """The rule with all its versions; none at first."""
    return _state(services)


@router.put("")
def put_match_rule(body: MatchRuleBody, services: Given, caller: MayData) -> MatchRuleState:
    """Put a rule in place of the one before, on or off. On, it accepts at the end of each round, and when it is run."""
    services.accepter.want(MatchRule(name=body.name, precision=body.precision, on=body.on), caller.name)
    return _state(services)


@router.get("/preview")
def preview_match_rule(
    services: Given, _caller: MayPeople, precision: Annotated[float, Query(ge=0.5, lt=1)]
) -> AcceptanceRecord:
    """What a rule of this precision would accept now, and how many of it wrongly. Nothing changes."""
    return _acceptance(services.accepter.preview(MatchRule(name="preview", precision=precision)))


@router.post("/run", status_code=202)
def run_match_rule(services: Given, _caller: MayData) -> AcceptanceRecord:
    """Accept what the rule accepts; its decisions count within a moment."""
    return _acceptance(services.accepter.run())


@router.post("/withdraw", status_code=202)
def withdraw_match_rule(body: WithdrawBody, services: Given, caller: MayData) -> Withdrawn:
    """Take back all that a version of the rule accepted; the rule is off afterwards."""
    return Withdrawn(withdrawn=services.accepter.withdraw(body.version, caller.name))


@internal_router.post("/rule")
def put_rule_for_commands(body: MatchRuleBody, services: Given, by: ByCommand) -> MatchRuleState:
    """The same for commands of this machine."""
    services.accepter.want(MatchRule(name=body.name, precision=body.precision, on=body.on), by)
    return _state(services)


@internal_router.post("/run")
def run_rule_for_commands(services: Given) -> AcceptanceRecord:
    return _acceptance(services.accepter.run())


@internal_router.post("/withdraw")
def withdraw_for_commands(body: WithdrawBody, services: Given, by: ByCommand) -> Withdrawn:
    return Withdrawn(withdrawn=services.accepter.withdraw(body.version, by))


def _state(services: Services) -> MatchRuleState:
    return MatchRuleState(versions=[_version(one, count) for one, count in services.accepter.versions()])


def _version(one: MatchRuleVersion, accepted: int) -> MatchRuleRecord:
    return MatchRuleRecord(
        version=one.version,
        name=one.rule.name,
        precision=one.rule.precision,
        on=one.rule.on,
        by=one.by,
        at=to_iso(one.at),
        accepted=accepted,
    )


def _acceptance(found: Acceptance) -> AcceptanceRecord:
    told = found.trusted
    return AcceptanceRecord(
        accepted=found.accepted,
        wrong=told.wrong,
        wrong_least=told.wrong_least,
        wrong_most=told.wrong_most,
        left=[LeftRecord(reason=reason, pairs=pairs) for reason, pairs in sorted(found.left.items())],
        bands=[BandRecord(**one._asdict(), taken=number < told.taken) for number, one in enumerate(told.bands)],
    )
