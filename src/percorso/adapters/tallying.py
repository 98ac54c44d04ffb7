"""Counts new events by day, in DuckDB: what `ports.EngineSession.tally` does."""

from typing import Any

import pyarrow as pa

from percorso.adapters.robots import is_robot
from percorso.model.time import DAY, HOUR
from percorso.ports import DayCount, Tally

_LATE = {"late_hour": HOUR, "late_day": DAY, "late_week": 7 * DAY}


def tally(connection: Any, after: int, upto: int) -> Tally:
    """The counts of the events with after < seq <= upto, from the view ``events``."""
    agent = (
        "CASE WHEN contains(context, '\"userAgent\"') AND (type = 'page' OR contains(context, '\"page\"'))"
        " THEN json_extract_string(context, '$.userAgent') END"
    )
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE tally_rows AS SELECT local_date - DATE '1970-01-01' AS day, source,"
        " coalesce(touchpoint, '') AS touchpoint, coalesce(name, '') AS name, historical, node_id IS NULL AS nobody,"
        f" CASE WHEN NOT historical THEN epoch_us(received_at) - epoch_us(occurred_at) END AS late, {agent} AS agent"
        f" FROM events WHERE seq > {int(after)} AND seq <= {int(upto)}"
    )
    try:
        agents = connection.execute("SELECT DISTINCT agent FROM tally_rows WHERE agent IS NOT NULL").fetchall()
        robots = pa.table({"agent": pa.array([one for (one,) in agents if is_robot(one)], pa.string())})
        connection.register("tally_robots", robots)
        late = ", ".join(f"count(*) FILTER (late > {limit})" for limit in _LATE.values())
        rows = connection.execute(
            "SELECT day, source, touchpoint, name, count(*), count(*) FILTER (historical), count(*) FILTER (nobody),"
            f" {late}, count(*) FILTER (agent IN (SELECT agent FROM tally_robots)) FROM tally_rows GROUP BY ALL"
        ).fetchall()
        connection.unregister("tally_robots")
    finally:
        connection.execute("DROP TABLE tally_rows")
    told = connection.execute(
        "SELECT name, local_date - DATE '1970-01-01', properties FROM events"
        f" WHERE seq > {int(after)} AND seq <= {int(upto)} AND name IS NOT NULL"
    ).fetchall()
    return Tally(days=[DayCount(*row) for row in rows], properties=told)
