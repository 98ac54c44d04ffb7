"""The company's rule by which pairs that are sure enough are accepted without anybody looking at them."""

import re
from dataclasses import dataclass
from typing import NamedTuple

from percorso.model.errors import InvalidInput
from percorso.model.time import Micros

_NAME = re.compile(r"^[a-z0-9][a-z0-9_-]{0,39}$")
BY_RULE = "rule "


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchRule:
    """Pairs are accepted where at least the share `precision` of them is one person, as far as is known; raises InvalidInput.

    on   off, it accepts nothing
    """

    name: str
    precision: float
    on: bool = False

    def __post_init__(self) -> None:
        if not _NAME.match(self.name):
            raise InvalidInput("name the rule with up to 40 small letters, digits, - and _")
        if not 0.5 <= self.precision < 1:
            raise InvalidInput(f"the precision is a share from 0.5 to under 1, not {self.precision}")


class MatchRuleVersion(NamedTuple):
    """A rule with its number among all that ever were, and who wanted it when."""

    version: int
    rule: MatchRule
    by: str
    at: Micros

    @property
    def signature(self) -> str:
        """How it signs what it decides."""
        return f"{BY_RULE}{self.rule.name}@{self.version}"


def is_rule(by: str | None) -> bool:
    """Whether a rule decided, and no person.

    >>> is_rule("rule sure@3"), is_rule("ada@example.com"), is_rule(None)
    (True, False, False)
    """
    return by is not None and by.startswith(BY_RULE) and "@" in by
