"""Counts new events by day, in DuckDB: what `ports.EngineSession.tally` does."""

from typing import Any

from percorso.model.time import DAY, HOUR
from percorso.ports import DayCount, Tally

_LATE = {"late_hour": HOUR, "late_day": DAY, "late_week": 7 * DAY}


def tally(connection: Any, rows: str, upto: int) -> Tally:
    """The counts of the events of some rows with seq <= upto. `rows`: SQL of them."""
    late = "CASE WHEN NOT historical THEN epoch_us(received_at) - epoch_us(occurred_at) END"
    lates = ", ".join(f"count(*) FILTER ({late} > {limit})" for limit in _LATE.values())
    days = connection.execute(
        "SELECT local_date - DATE '1970-01-01', source, coalesce(touchpoint, ''), coalesce(name, ''), count(*),"
        f" count(*) FILTER (historical), count(*) FILTER (node_id IS NULL AND NOT robot), {lates}, count(*) FILTER (robot)"
        f" FROM {rows} WHERE seq <= {int(upto)} GROUP BY ALL"
    ).fetchall()
    told = connection.execute(
        "SELECT name, local_date - DATE '1970-01-01', properties"
        f" FROM {rows} WHERE seq <= {int(upto)} AND name IS NOT NULL"
    ).fetchall()
    return Tally(days=[DayCount(*row) for row in days], properties=told)
