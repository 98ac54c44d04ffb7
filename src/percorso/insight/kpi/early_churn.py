"""Early churn: of those who subscribe for the first time, how many leave within 90 days.

Who has not had 90 days yet counts as far as is known (Kaplan and Meier), and the window is then not complete.
"""

from collections.abc import Callable, Mapping
from typing import Any

import ibis

from percorso.insight.interval import NOTHING, Estimate, wilson
from percorso.insight.kpi.definition import Definition, Sums, Units
from percorso.insight.kpi.lives import NAMES, READS, lives
from percorso.insight.kpi.spread import lost_by

RETURNS = {"lost": "int64", "left": "int64"}


def within(days: int) -> Units:
    """First lives with ``age``, in days, at their end or as far as is known, at most one day more than `days`."""

    def units(events: Any, known_to: int) -> Any:
        told = lives(events)
        first = told.filter(told.life == 0)
        lived = first.closed.delta(first.opened, unit="day")
        known = ibis.literal(known_to, "int64") - first.opened.delta(ibis.date(1970, 1, 1), unit="day")
        cap = ibis.literal(days + 1, "int64")
        seen = ibis.greatest(ibis.least(known, cap), ibis.literal(0, "int64"))
        gone = ibis.coalesce(lived <= seen, ibis.literal(False))
        return first.mutate(age=ibis.ifelse(gone, ibis.least(lived, cap), seen), gone=gone)

    return units


def sums(people: Any) -> Mapping[str, Any]:
    return {"lost": people.gone.sum(), "left": (~people.gone).sum()}


def at_day(days: int) -> Callable[[Sums], Estimate]:
    """The share lost by a day: Wilson when everybody was followed so far, else Kaplan and Meier."""

    def estimate(rows: Sums) -> Estimate:
        lost, left = _ages(rows, "lost"), _ages(rows, "left")
        n = sum(lost.values()) + sum(left.values())
        if n == 0:
            return NOTHING
        if all(age >= days for age in left):
            return wilson(sum(count for age, count in lost.items() if age <= days), n)
        return lost_by(days, lost, left)

    return estimate


def _ages(rows: Sums, name: str) -> dict[int, int]:
    return {int(row["bin"]): int(row[name]) for row in rows if row[name]}


def variant(name: str, days: int, title: Mapping[str, str]) -> Definition:
    sooner = {f"by_day_{day}": at_day(day) for day in (30, 60) if day < days}
    return Definition(
        kpi="early_churn",
        variant=name,
        version=1,
        name=title,
        about={
            "it": f"Di chi si abbona per la prima volta, quanti se ne vanno entro {days} giorni, alla data in cui si sono "
            "abbonati. Intervallo al 95 %: Wilson, o Kaplan-Meier finché qualcuno non ha avuto i suoi giorni.",
            "en": f"Of those who subscribe for the first time, how many leave within {days} days, dated by the start. "
            "95 % interval: Wilson, or Kaplan-Meier while somebody has not had all days yet.",
        },
        edges={
            "it": "Chi si è abbonato da poco conta per i giorni che ha avuto; finché nessuno li ha avuti tutti, non c'è un "
            "valore.",
            "en": "Who subscribed lately counts for the days had so far; until somebody has had them all, there is no value.",
        },
        unit="share",
        better="lower",
        theme="loyalty",
        names=NAMES,
        reads=READS,
        properties=("subscription_id", "reason"),
        returns=RETURNS,
        units=within(days),
        sums=sums,
        estimate=at_day(days),
        bin=lambda people: people.age,
        beside=(lambda rows: {name: at(rows).value for name, at in sooner.items()}) if sooner else None,
        lag_days=days,
    )


DEFINITION = variant("early_churn_90d", 90, {"it": "Abbandono precoce", "en": "Early churn"})
VARIANTS = (
    DEFINITION,
    variant("early_churn_60d", 60, {"it": "Abbandono precoce, 60 giorni", "en": "Early churn, 60 days"}),
    variant("early_churn_30d", 30, {"it": "Abbandono precoce, 30 giorni", "en": "Early churn, 30 days"}),
)
