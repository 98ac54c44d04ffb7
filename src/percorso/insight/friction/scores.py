"""When a score is low."""

from typing import Any

import ibis

LOW = 0.6
"""At most six tenths of the scale: 6 of 10, 3 of 5, 4 of 7."""


def is_low(rows: Any) -> Any:
    """Whether an answer is low; null without a score. A scale that is not told is 10 for nps, 7 for ces, else 5."""
    usual = ibis.cases((rows.survey_kind == "nps", 10.0), (rows.survey_kind == "ces", 7.0), else_=5.0).cast("float64")
    return rows.score <= ibis.coalesce(rows.scale, usual) * ibis.literal(LOW, "float64")
