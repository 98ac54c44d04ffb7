"""Comparing everybody, asked for from a page: the process behind it does it, and tells how far it is."""

from dataclasses import dataclass

from fastapi import APIRouter
from pydantic import BaseModel, Field

from percorso.data.matching.model import DEFAULT_THRESHOLD
from percorso.http.auth import MayData, MayPeople
from percorso.http.services import Given
from percorso.http.wire import Iso, iso
from percorso.model.audit import AuditRow
from percorso.model.match_round import MatchRound, RoundState


class RoundBody(BaseModel):
    """threshold  the least probability that a pair is one person"""

    threshold: float = Field(default=DEFAULT_THRESHOLD, gt=0, lt=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchRoundRecord:
    """The last round, by a page or the API; a round of the command line is none of them.

    people     compared, or while `reading` gone through so far;  pairs: compared
    proposed   pairs that are open for it, `new` of them never proposed before
    accepted   how many the rule accepted; null when none is on
    error      what went wrong; ``cut_short``: the server ended meanwhile, ask again
    """

    state: RoundState
    by: str | None
    at: Iso | None
    threshold: float
    people: int
    pairs: int
    proposed: int
    new: int
    accepted: int | None
    error: str | None


router = APIRouter(prefix="/matches/round", tags=["identity"])


@router.get("")
def get_match_round(services: Given, _caller: MayPeople) -> MatchRoundRecord:
    """How far comparing everybody is, or what came of it last."""
    return _record(services.rounds.now())


@router.post("", status_code=202)
def ask_match_round(services: Given, caller: MayData, body: RoundBody | None = None) -> MatchRoundRecord:
    """Compare everybody and propose pairs in place of those still open, as ``percorso match propose`` does."""
    asked = services.rounds.ask(caller.name, (body or RoundBody()).threshold)
    services.audit.record(AuditRow(services.clock.now(), caller.name, "match.asked", f"{asked.threshold:g}"))
    return _record(asked)


def _record(round_: MatchRound) -> MatchRoundRecord:
    return MatchRoundRecord(
        state=round_.state,
        by=round_.by,
        at=iso(round_.at),
        threshold=round_.threshold,
        people=round_.people,
        pairs=round_.pairs,
        proposed=round_.proposed,
        new=round_.new,
        accepted=round_.accepted,
        error=round_.error,
    )
