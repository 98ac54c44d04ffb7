"""QR codes: paper leads to the company's own pages only, and every scan is an event."""

from pathlib import Path

import pytest

from percorso.main.company import Company
from percorso.model.errors import StoreUnavailable
from percorso.model.qr import code_of
from percorso.settings import Settings
from tests.importing import Cli
from tests.receiving import in_log, served

PAGE = "https://shop.example.com/espresso?colour=a+b#top"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Version/18.1 Mobile Safari/604.1"
MAKE = ("qr", "--touchpoint", "store.window", "--campaign", "natale", "--to", PAGE)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.model_construct(dir=tmp_path / "company", link_domains=("example.com",))


@pytest.fixture
def code(company_dir: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> str:
    """A code drawn by the command."""
    monkeypatch.setenv("PERCORSO_LINK_DOMAINS", "example.com")
    monkeypatch.setenv("PERCORSO_BASE_URL", "https://cx.example.com")
    out = company_dir.parent / "poster.svg"
    told = Cli(company_dir, capsys).json(*MAKE, "--out", out)
    assert told["address"] == f"https://cx.example.com/q/{told['code']}"
    assert "<svg" in out.read_text()
    return str(told["code"])


def test_a_scan_is_an_event_and_leads_on(code: str, company: Company) -> None:
    with served(company) as client:
        answer = client.get(f"/q/{code}", headers={"user-agent": PHONE, "accept-language": "it-IT,it", "sec-gpc": "1"})
    (scan,) = in_log(company, "qr")
    identity = scan["anonymousId"]
    assert answer.status_code == 302
    assert answer.headers["location"] == f"https://shop.example.com/espresso?colour=a+b&pc_qr={code}.{identity}#top"
    assert answer.headers["cache-control"] == "no-store"
    assert scan["properties"] == {"code": code, "campaign": "natale", "scan": identity}
    assert scan["context"]["touchpoint"] == "store.window"
    assert scan["context"]["externalIds"] == [{"type": "qr_scan", "id": identity}]
    company.processor.drain()
    assert {identifier.kind for identifier, _ in company.identifiers_of(identity)} == {"anonymous_id", "qr_scan"}


def test_two_scans_are_two_people_until_they_say_otherwise(code: str, company: Company) -> None:
    with served(company) as client:
        places = {client.get(f"/q/{code}", headers={"user-agent": PHONE}).headers["location"] for _ in range(2)}
    assert len(places) == 2
    assert len({scan["anonymousId"] for scan in in_log(company, "qr")}) == 2


@pytest.mark.parametrize(
    "headers",
    [{"user-agent": "WhatsApp/2.23.20"}, {"user-agent": ""}, {"user-agent": PHONE, "sec-purpose": "prefetch"}],
)
def test_programs_are_labelled_and_nobody(code: str, company: Company, headers: dict[str, str]) -> None:
    with served(company) as client:
        assert client.get(f"/q/{code}", headers=headers).status_code == 302
    (scan,) = in_log(company, "qr")
    assert scan["properties"]["bot"] is True
    assert "anonymousId" not in scan
    assert "externalIds" not in scan["context"]


def test_codes_that_are_none_lead_nowhere(code: str, company: Company) -> None:
    with served(company) as client:
        for wrong in ("a" * 12, code.upper(), f"{code}a", f"{code}%00"):
            assert client.get(f"/q/{wrong}").status_code in (400, 404)
    assert in_log(company, "qr") == []


def test_a_code_whose_site_is_no_longer_ours_leads_nowhere(code: str, company: Company) -> None:
    company.settings = company.settings.model_copy(update={"link_domains": ("other.example",)})
    with served(company) as client:
        assert client.get(f"/q/{code}").status_code == 404


def test_who_stands_there_gets_the_page_even_when_the_log_is_full(
    code: str, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise StoreUnavailable("the disk is full")

    with served(company) as client:
        monkeypatch.setattr(company.log, "append", full)
        assert client.get(f"/q/{code}", headers={"user-agent": PHONE}).status_code == 302


@pytest.mark.parametrize(
    "to",
    [
        "https://example.com.evil.org/",
        "https://evilexample.com/",
        "//example.com",
        "javascript:alert(1)",
        "https://example.com@evil.org",
        "https://evil.org\\@example.com",
        "ftp://example.com",
        "https://evil.org/?example.com",
        "shop",
        "https://exa mple.com",
    ],
)
def test_codes_lead_only_to_sites_of_the_company(
    to: str, company_dir: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PERCORSO_LINK_DOMAINS", "example.com")
    out = company_dir.parent / "poster.svg"
    code, _, err = Cli(company_dir, capsys)("qr", "--touchpoint", "store.window", "--to", to, "--out", out)
    assert (code, out.exists()) == (2, False)
    assert "PERCORSO_LINK_DOMAINS" in err


def test_the_same_poster_has_the_same_code(code: str, company_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cli, folder = Cli(company_dir, capsys), company_dir.parent
    for name in ("again.png", "again.pdf"):
        assert cli.json(*MAKE, "--out", folder / name)["code"] == code
        assert (folder / name).stat().st_size > 100
    assert cli(*MAKE, "--out", folder / "a.doc")[0] == 2
    assert cli("qr", "--touchpoint", "No!", "--to", PAGE, "--out", folder / "a.svg")[0] == 2
    assert code_of(b"another secret", PAGE, "store.window", "natale") != code
