"""Sources of a real `percorso up`: a file in a folder and a signed post become folded events; a source that fails stops nobody."""

import hashlib
import hmac
import threading
import time
from pathlib import Path
from shutil import copyfile

from tests.brokers import free_port
from tests.in_log import InLog
from tests.receiving import EXAMPLES, changed_example, example, put_source
from tests.server import Server

WITHIN_S = 40.0


def test_sources_of_a_running_server(company_dir: Path) -> None:
    put_source(
        company_dir,
        "till",
        {"kind": "folder", "folder": {"path": "inbox", "settle_s": 0.1, "every_s": 0.1}, "map": "till"},
    )
    put_source(company_dir, "meta", example("meta"))
    put_source(company_dir, "machines", changed_example("machines", host="127.0.0.1", port=free_port()))
    (company_dir / "inbox").mkdir()
    copyfile(EXAMPLES / "till.csv", company_dir / "inbox" / "till.csv")
    with Server(company_dir, environment={"META_APP_SECRET": "s", "META_VERIFY_TOKEN": "v"}) as server:
        body = (EXAMPLES / "meta.json").read_bytes()
        signature = f"sha256={hmac.new(b's', body, hashlib.sha256).hexdigest()}"
        posted = server.client.post("/hooks/meta", content=body, headers={"x-hub-signature-256": signature})
        assert posted.status_code == 200
        put_source(
            company_dir,
            "later",
            {"kind": "folder", "folder": {"path": "more", "settle_s": 0.1, "every_s": 0.1}, "map": "visits"},
        )
        (company_dir / "more").mkdir()
        copyfile(EXAMPLES / "visits.csv", company_dir / "more" / "visits.csv")
        pause, deadline = threading.Event(), time.monotonic() + WITHIN_S
        wanted = {"till": 7, "meta": 3, "visits": 3}
        while {name: len(InLog(server, name).events()) for name in wanted} != wanted:
            assert time.monotonic() < deadline, server.log()[-4000:]
            pause.wait(0.1)
        while (ready := server.client.get("/readyz").json())["sources_failing"] != 1:
            assert time.monotonic() < deadline, ready
            pause.wait(0.1)
        server.wait_folded()
        figures = server.client.get("/metrics").text
        assert 'percorso_source_items_total{became="accepted",source="meta"} 3.0' in figures
        assert 'percorso_source_failing{source="machines"} 1.0' in figures
        assert 'percorso_source_failing{source="till"} 0.0' in figures
        assert ready["ready"]
        assert server.stop() == 0
    assert (company_dir / "inbox" / "done" / "till.csv").exists()
