"""What must hold after any fault, counted at the client."""

from pathlib import Path
from typing import Protocol

from sqlalchemy import text

from percorso.main import open_company
from percorso.main.checking import check
from percorso.main.replaying import replay
from percorso.settings import Settings


class Sends(Protocol):
    """What was sent, and what of it was acknowledged, by message id."""

    sent: set[str]
    acknowledged: set[str]


def assert_whole(directory: Path, settings: Settings, *loads: Sends) -> None:
    """What was acknowledged is there, what is there is there once, and the folds are those of the log."""
    with open_company(directory, settings) as company:
        company.processor.drain()
        with company.log_database.read() as connection:
            rows = connection.execute(text("select message_id, count(*) from log_events group by message_id")).all()
        sent = set().union(*(load.sent for load in loads))
        acknowledged = set().union(*(load.acknowledged for load in loads))
        stored = {message_id: count for message_id, count in rows if message_id in sent}
        assert acknowledged
        assert acknowledged - stored.keys() == set()
        assert {message_id for message_id, count in stored.items() if count != 1} == set()
        assert [finding for finding in check(company) if not finding["ok"]] == []
        assert replay(company, swap=False)["equal"]
        print(f"acknowledged {len(acknowledged)}, stored {len(stored)}, lost 0, doubled 0")
