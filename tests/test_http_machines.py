"""What machines call: commands of this machine, health, metrics; and the edges of every answer."""

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from fastapi import APIRouter, FastAPI

import percorso.model.errors as tree
from percorso.http.app import create_app, openapi_document
from percorso.http.errors import STATUS
from percorso.http.health import LAG_BOUND
from percorso.http.static import policy
from percorso.main.company import Company
from percorso.model.errors import PercorsoError, StoreUnavailable
from percorso.ports import LaneLag
from tests.http_client import Browser, app_for, services_for, signed_in, take, track

TOKEN = "token of this run"


@pytest.fixture
def app(company: Company) -> FastAPI:
    company.directory.token.write_text(TOKEN)
    return app_for(company)


@pytest.fixture
def browser(app: FastAPI) -> Browser:
    return Browser(app)


HEADERS = {"authorization": f"Bearer {TOKEN}"}


class TestInternal:
    def append(self, browser: Browser, body: Any, query: str = "source=shop&historical=1", **others: Any) -> Any:
        return browser.bare("POST", f"/internal/append?{query}", json=body, headers=HEADERS, **others)

    def test_a_batch_is_appended_with_its_verdicts(self, browser: Browser, company: Company) -> None:
        body = {
            "items": [
                {"tie": 1, "line": 2, "item": track("Order Completed", "m1")},
                {"tie": 2, "line": 3, "item": track("Order Completed", "m1")},
                {"tie": 3, "line": 4, "item": {"type": "track"}},
                {"tie": 4, "line": 5, "item": track("Order Completed", "m2", user=None)},
            ],
            "refused": [{"line": 6, "reason": "bad_row", "detail": "mend the time", "body": "a,b"}],
        }
        answer = self.append(browser, body)
        assert answer.json() == {"verdicts": {"accepted": 2, "duplicate": 1, "quarantined": 2}}
        entries = company.log.read(1, 0, 10)
        assert [(entry.source, entry.tie, entry.historical) for entry in entries] == [
            ("shop", 1, True),
            ("shop", 4, True),
        ]
        assert browser.bare("GET", "/internal/lag", headers=HEADERS).json() == {"behind": 2}
        company.processor.drain()
        assert browser.bare("GET", "/internal/lag", headers=HEADERS).json() == {"behind": 0}
        lines = {seen.line for seen in company.watch.recent(10, "quarantined")}
        assert lines == {4, 6}

    @pytest.mark.parametrize("header", [None, "Bearer wrong", "Bearer ", "Basic abc"])
    def test_without_the_token_nothing_is_taken(self, browser: Browser, company: Company, header: str | None) -> None:
        headers = {} if header is None else {"authorization": header}
        answer = browser.bare("POST", "/internal/append?source=x", json={"items": []}, headers=headers)
        assert answer.status_code == 401
        assert browser.bare("GET", "/internal/lag", headers=headers).status_code == 401

    def test_a_session_is_not_the_token(self, company: Company, app: FastAPI) -> None:
        assert signed_in(company, app, "admin").get("/internal/lag").status_code == 401

    def test_other_machines_are_turned_away(self, app: FastAPI) -> None:
        stranger = Browser(app, address="192.0.2.7")
        assert stranger.bare("GET", "/internal/lag", headers=HEADERS).status_code == 403

    def test_without_a_token_file_there_is_no_way_in(self, browser: Browser, company: Company) -> None:
        for text in ("", "\n"):
            company.directory.token.write_text(text)
            assert browser.bare("GET", "/internal/lag", headers={"authorization": "Bearer "}).status_code == 401
        company.directory.token.unlink()
        assert browser.bare("GET", "/internal/lag", headers={"authorization": "Bearer "}).status_code == 401

    @pytest.mark.parametrize(
        "body", [b"", b"{", b"[]", b'{"items":[{"tie":"x","item":{}}]}', b'{"itmes":[]}', b'{"items":[1]}', b"\xff"]
    )
    def test_a_body_that_cannot_be_read_is_told(self, browser: Browser, body: bytes) -> None:
        answer = browser.bare("POST", "/internal/append?source=x", content=body, headers=HEADERS)
        assert (answer.status_code, answer.json()["code"]) == (400, "malformed_body")

    def test_a_source_is_wanted(self, browser: Browser) -> None:
        assert self.append(browser, {"items": []}, query="lane=1").status_code == 400
        assert self.append(browser, {"items": []}, query="source=x&lane=2").status_code == 400

    def test_a_batch_may_be_larger_than_other_bodies(self, browser: Browser) -> None:
        big = track("Order Completed", "m1", properties={"text": "x" * 60_000})
        body = {"items": [{"tie": n, "item": {**big, "messageId": f"m{n}"}} for n in range(40)]}
        assert len(msgspec.json.encode(body)) > 2 << 20
        assert self.append(browser, body).json() == {"verdicts": {"accepted": 40}}


class TestHealth:
    def test_alive_and_ready(self, browser: Browser, company: Company) -> None:
        assert browser.bare("GET", "/healthz").json() == {"alive": True}
        take(company, track("Product Viewed", "m1"))
        answer = browser.bare("GET", "/readyz")
        assert (answer.status_code, answer.json()) == (
            200,
            {"ready": True, "behind": 0, "importing": 0, "bound": LAG_BOUND, "sources_failing": 0},
        )

    def test_too_far_behind_is_not_ready_but_an_import_may_take_its_time(self, company: Company) -> None:
        def ready(*lanes: LaneLag) -> tuple[int, bool]:
            class Watch:
                def ready(self) -> None: ...

                def lanes(self) -> tuple[LaneLag, ...]:
                    return lanes

            answer = Browser(create_app(services_for(company, watch=Watch()))).bare("GET", "/readyz")
            return answer.status_code, answer.json()["ready"]

        assert ready(LaneLag(0, 9, 9, 0), LaneLag(1, 10**6, 0, 10**6)) == (200, True)
        assert ready(LaneLag(0, 10**6, 0, LAG_BOUND + 1), LaneLag(1, 0, 0, 0)) == (503, False)

    def test_a_log_that_cannot_be_written_is_not_ready(self, company: Company) -> None:
        class Watch:
            def ready(self) -> None:
                raise StoreUnavailable("the log cannot be written", 3)

        browser = Browser(create_app(services_for(company, watch=Watch())))
        for path in ("/readyz", "/metrics"):
            answer = browser.bare("GET", path)
            assert (answer.status_code, answer.json()["code"]) == (503, "store_unavailable")
            assert answer.headers["retry-after"] == "3"

    def test_figures_for_prometheus(self, browser: Browser, company: Company) -> None:
        take(company, track("Product Viewed", "m1"), {"type": "track", "messageId": "m2"})
        answer = browser.bare("GET", "/metrics")
        assert answer.headers["content-type"].startswith("text/plain")
        figures = dict(re.findall(r"^(percorso_[a-z_]+(?:\{[^}]*\})?) ([0-9.e+]+)$", answer.text, re.MULTILINE))
        assert figures['percorso_items_total{verdict="accepted"}'] == "1.0"
        assert figures['percorso_items_total{verdict="quarantined"}'] == "1.0"
        assert figures['percorso_processing_lag_events{lane="live"}'] == "0.0"
        assert figures["percorso_log_head_seq"] == "1.0"
        assert figures['percorso_messages{state="queued"}'] == "0.0"

    def test_figures_are_for_this_machine_or_a_secret_key(self, app: FastAPI, company: Company) -> None:
        stranger = Browser(app, address="192.0.2.7")
        assert stranger.bare("GET", "/readyz").status_code == 200
        refused = stranger.bare("GET", "/metrics")
        assert (refused.status_code, refused.json()["code"]) == (401, "unauthenticated")
        allowed = {}
        for kind in ("secret", "write"):
            key = company.make_key(kind, "watch")[1]
            headers = {"authorization": f"Bearer {key}"}
            allowed[kind] = stranger.bare("GET", "/metrics", headers=headers).status_code
        assert allowed == {"secret": 200, "write": 401}

    @pytest.mark.parametrize("header", ["forwarded", "x-forwarded-for", "x-real-ip"])
    def test_whoever_comes_through_a_proxy_is_not_of_this_machine(self, browser: Browser, header: str) -> None:
        assert browser.bare("GET", "/metrics", headers={header: "127.0.0.1"}).status_code == 401


class TestErrors:
    def test_every_error_of_the_tree_has_a_status(self) -> None:
        def codes(kind: type[PercorsoError]) -> set[str]:
            return {kind.code}.union(*(codes(below) for below in kind.__subclasses__()))

        assert {code for code in codes(PercorsoError) if f'code = "{code}"' in Path(tree.__file__).read_text()} == set(
            STATUS
        )

    @pytest.mark.parametrize(
        ("method", "path", "status", "code"),
        [
            ("GET", "/api/never", 404, "not_found"),
            ("GET", "/internal/never", 404, "not_found"),
            ("PUT", "/api/session", 405, "method_not_allowed"),
            ("GET", "/api/people?q=%00", 400, "invalid_input"),
            ("GET", "/api/inbox/%00", 400, "invalid_input"),
        ],
    )
    def test_an_address_that_is_none(self, browser: Browser, method: str, path: str, status: int, code: str) -> None:
        answer = browser.request(method, path)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert set(answer.json()) == {"code", "message"}

    @pytest.mark.parametrize(
        "body",
        [
            b"{",
            b"\xff\xfe",
            b"[" * 100_000,
            b'{"email":"a@b","password":"\\ud800"}',
            b'{"email":"a\\u0000@b","password":"x"}',
            b'{"email":1,"password":null}',
            b"null",
            b"",
        ],
    )
    def test_a_body_that_cannot_be_read(self, browser: Browser, body: bytes) -> None:
        headers = {"content-type": "application/json"}
        answer = browser.request("POST", "/api/session", content=body, headers=headers)
        assert answer.status_code == 400
        assert answer.json()["code"] in ("invalid_input", "malformed_body")
        assert "ud800" not in answer.text

    def test_an_error_of_ours_says_nothing_of_what_happened(
        self, company: Company, capsys: pytest.CaptureFixture[str]
    ) -> None:
        router = APIRouter()

        @router.get("/api/broken")
        def broken() -> None:
            raise RuntimeError("ada@example.com is not a number")

        answer = Browser(create_app(services_for(company), [router])).get("/api/broken")
        assert (answer.status_code, answer.json()["code"]) == (500, "internal")
        assert "ada" not in answer.text
        written = "".join(capsys.readouterr())  # where it goes depends on who set the logs up before
        assert "request.failed" in written
        assert "RuntimeError" in written
        assert "ada@example.com" not in written

    @pytest.mark.parametrize("declared", [True, False])
    def test_a_body_over_the_limit(self, browser: Browser, declared: bool) -> None:
        async def chunks() -> Any:
            for _ in range(20):
                yield b" " * 100_000

        content = b" " * 2_000_000 if declared else chunks()
        answer = browser.request("POST", "/api/session", content=content)
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")

    def test_answers_are_shut_in(self, browser: Browser) -> None:
        for path in ("/api/session", "/api/never", "/", "/healthz"):
            headers = browser.get(path).headers
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["x-frame-options"] == "DENY"
            assert headers["referrer-policy"] == "same-origin"
        assert browser.get("/api/session").headers["cache-control"] == "no-store"


class TestPages:
    @pytest.fixture
    def pages(self, tmp_path: Path) -> Path:
        folder = tmp_path / "dist"
        (folder / "assets").mkdir(parents=True)
        (folder / "index.html").write_text(
            "<!doctype html><script>dark()</script><script src='/assets/a-1.js'></script>"
        )
        (folder / "assets" / "a-1.js").write_text("run()")
        (folder / "favicon.svg").write_text("<svg/>")
        (tmp_path / "secret.txt").write_text("secret")
        return folder

    @pytest.fixture
    def browser(self, company: Company, pages: Path) -> Browser:
        return Browser(app_for(company, pages=pages))

    @pytest.mark.parametrize("path", ["/", "/people/abc", "/kpis/nps?by=week", "/setup?token=x", "/index.html"])
    def test_every_address_of_the_ui_is_the_page(self, browser: Browser, path: str) -> None:
        answer = browser.bare("GET", path)
        assert answer.status_code == 200
        assert answer.text.startswith("<!doctype html>")
        assert answer.headers["cache-control"] == "no-cache"

    def test_the_page_runs_its_own_scripts_only(self, browser: Browser) -> None:
        rules = browser.bare("GET", "/").headers["content-security-policy"]
        assert rules == policy(b"<script>dark()</script>")
        assert "script-src 'self' 'sha256-" in rules
        assert "unsafe-inline" not in rules.split("style-src")[0]
        assert "frame-ancestors 'none'" in rules

    def test_hashed_files_are_kept_and_others_asked_for_again(self, browser: Browser) -> None:
        script = browser.bare("GET", "/assets/a-1.js")
        assert (script.text, script.headers["cache-control"]) == ("run()", "public, max-age=31536000, immutable")
        assert script.headers["content-type"].startswith("text/javascript")
        assert browser.bare("GET", "/favicon.svg").headers["cache-control"] == "no-cache"

    @pytest.mark.parametrize("path", ["/assets/gone.js", "/api/gone", "/v1/gone", "/internal/gone"])
    def test_what_is_gone_is_not_the_page(self, browser: Browser, path: str) -> None:
        answer = browser.bare("GET", path)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")

    @pytest.mark.parametrize(
        "path", ["/../secret.txt", "/%2e%2e/secret.txt", "/assets/..%2f..%2fsecret.txt", "//etc/passwd", "/assets//"]
    )
    def test_nothing_outside_the_folder_is_served(self, browser: Browser, path: str) -> None:
        answer = browser.bare("GET", path)
        assert "secret" not in answer.text
        assert "root:" not in answer.text

    def test_without_a_build_it_says_so(self, company: Company, tmp_path: Path) -> None:
        answer = Browser(app_for(company, pages=tmp_path / "nowhere")).bare("GET", "/")
        assert answer.status_code == 503
        assert "npm run build" in answer.text
        assert 'lang="it"' in answer.text


class TestDocument:
    def test_output_records_have_no_defaults(self) -> None:
        """A default would make a field optional in the generated client although it always comes."""
        document = openapi_document()
        inputs = only_sent(document)
        assert {"SignIn", "TaskDone"} <= inputs
        for name, schema in document["components"]["schemas"].items():
            if name not in inputs and schema.get("type") == "object":
                assert set(schema.get("properties", {})) == set(schema.get("required", [])), name

    def test_operations_have_one_name_each(self) -> None:
        names = [
            operation["operationId"] for path in openapi_document()["paths"].values() for operation in path.values()
        ]
        assert len(names) == len(set(names))

    def test_the_document_in_the_repository_is_of_this_code(self) -> None:
        kept = Path(__file__).parent.parent / "web" / "openapi.json"
        assert msgspec.json.decode(kept.read_bytes()) == openapi_document(), "run: make client"


def only_sent(document: dict[str, Any]) -> set[str]:
    """The records that stand in request bodies and in no answer."""
    schemas = document["components"]["schemas"]

    def reachable(parts: Iterable[Any]) -> set[str]:
        found: set[str] = set()
        waiting = [name for part in parts for name in named(part)]
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += named(schemas[name])
        return found

    def named(part: Any) -> list[str]:
        return re.findall(r"#/components/schemas/(\w+)", json.dumps(part))

    operations = [one for path in document["paths"].values() for one in path.values()]
    return reachable(one.get("requestBody") for one in operations) - reachable(one["responses"] for one in operations)
