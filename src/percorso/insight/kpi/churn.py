"""Churn of subscriptions, between two days: who was lost, of those who could be.

Default: closed cohort. Of the subscriptions active when the period begins, how many end within it. Those who join within it are
early churn's (early_churn.py): mixed in, the same behaviour gives another number every month (Recurly 2014).
"""

from collections.abc import Callable, Mapping
from typing import Any

import ibis

from percorso.insight.interval import NOTHING, Estimate, wilson
from percorso.insight.kpi.definition import Definition, Sums
from percorso.insight.kpi.lives import NAMES, READS, lives
from percorso.insight.kpi.spread import garwood

RETURNS = {
    "active": "int64",
    "joined": "int64",
    "lost": "int64",
    "lost_joined": "int64",
    "voluntary": "int64",
    "involuntary": "int64",
    "reactivated": "int64",
    "lived_days": "int64",
    "period_days": "int64",
}


def spans(events: Any, known_to: int, periods: Any) -> Any:
    """Lives that touch a period, the day of each its period's start."""
    told = lives(events).drop("local_date")
    open_then = told.closed.isnull() | (told.closed >= periods.start)
    rows = told.inner_join(periods, [told.opened < periods.end, open_then])
    return rows.mutate(local_date=rows.start)


def sums(rows: Any) -> Mapping[str, Any]:
    old = rows.opened < rows.start
    ends = rows.closed.notnull() & (rows.closed < rows.end)
    from_day = ibis.ifelse(old, rows.start, rows.opened)
    to_day = ibis.ifelse(ends, rows.closed, rows.end)
    gone = old & ends
    return {
        "active": old.sum(),
        "joined": (~old).sum(),
        "lost": gone.sum(),
        "lost_joined": (~old & ends).sum(),
        "voluntary": (gone & ~rows.involuntary).sum(),
        "involuntary": (gone & rows.involuntary).sum(),
        "reactivated": (gone & ibis.coalesce(rows.reopened < rows.end, ibis.literal(False))).sum(),
        "lived_days": to_day.delta(from_day, unit="day").sum(),
        "period_days": rows.end.delta(rows.start, unit="day").max(),
    }


def _closed(row: Mapping[str, Any]) -> Estimate:
    return wilson(int(row["lost"] or 0), int(row["active"] or 0))


def _stripe(row: Mapping[str, Any]) -> Estimate:
    lost = int(row["lost"] or 0) + int(row["lost_joined"] or 0)
    return wilson(lost, int(row["active"] or 0) + int(row["joined"] or 0))


def _customer_days(row: Mapping[str, Any]) -> Estimate:
    lost, days = int(row["lost"] or 0) + int(row["lost_joined"] or 0), int(row["lived_days"] or 0)
    people = int(row["active"] or 0) + int(row["joined"] or 0)
    return garwood(lost, days / int(row["period_days"]), people) if days else NOTHING


def beside(rows: Sums) -> Mapping[str, float | None]:
    """How the cohort's losses came about, as shares of it: those who came back within the period stay among the lost."""
    row = rows[0] if rows else {}
    active = int(row.get("active") or 0)
    return {
        name: int(row[name] or 0) / active if active else None for name in ("voluntary", "involuntary", "reactivated")
    }


def variant(
    name: str,
    title: Mapping[str, str],
    said: Mapping[str, str],
    counted: Callable[[Mapping[str, Any]], Estimate],
    beside: Callable[[Sums], Mapping[str, float | None]] | None = None,
) -> Definition:
    return Definition(
        kpi="churn",
        variant=name,
        version=1,
        name=title,
        about=said,
        edges={
            "it": "Vale per il periodo chiesto: un mese e una settimana non si confrontano. Chi torna e se ne va di nuovo conta "
            "di nuovo. Un periodo che non è finito non è completo, e non è un calo.",
            "en": "It is of the period asked for: a month and a week do not compare. Who comes back and leaves again counts "
            "again. A period that is not over is not complete, and no drop.",
        },
        unit="share",
        better="lower",
        theme="loyalty",
        names=NAMES,
        reads=READS,
        properties=("subscription_id", "reason"),
        returns=RETURNS,
        spans=spans,
        sums=sums,
        estimate=lambda rows: counted(rows[0]) if rows else NOTHING,
        beside=beside,
    )


DEFINITION = variant(
    "churn_closed_cohort",
    {"it": "Abbandono degli abbonati", "en": "Churn"},
    {
        "it": "Degli abbonamenti attivi all'inizio del periodo, quanti finiscono nel periodo. Intervallo al 95 %: Wilson.",
        "en": "Of the subscriptions active when the period begins, how many end within it. 95 % interval: Wilson.",
    },
    _closed,
    beside,
)
VARIANTS = (
    DEFINITION,
    variant(
        "churn_stripe",
        {"it": "Abbandono degli abbonati, alla Stripe", "en": "Churn, Stripe's way"},
        {
            "it": "Abbonamenti finiti nel periodo, diviso quelli attivi al suo inizio più i nuovi; chi entra ed esce nel periodo "
            "conta sopra e sotto. Intervallo al 95 %: Wilson.",
            "en": "Subscriptions that ended in the period over those active at its start plus the new ones; who joins and "
            "leaves within it counts in both. 95 % interval: Wilson.",
        },
        _stripe,
    ),
    variant(
        "churn_customer_days",
        {"it": "Abbandono degli abbonati, per giorni", "en": "Churn by customer-days"},
        {
            "it": "Abbonamenti finiti nel periodo per giorno di abbonamento vissuto, riportati al periodo intero. "
            "Intervallo al 95 %: Garwood.",
            "en": "Subscriptions that ended in the period per day lived by a subscription, brought to the whole period. "
            "95 % interval: Garwood.",
        },
        _customer_days,
    ),
)
