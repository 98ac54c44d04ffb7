"""Partner files on a real sshd: whole ones are taken once, from nobody but the server whose key is known."""

import json
import os
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from shutil import copyfile
from typing import Any

import paramiko
import pytest

from percorso.adapters.receive.sftp import SftpFolder, stays_in_folder
from percorso.main.company import Company
from percorso.model.errors import InvalidConfig, StoreUnavailable
from percorso.pipeline.receiving import Taker
from tests.brokers import free_port
from tests.receiving import EXAMPLES, counts, in_log, put_source, taker
from tests.sshd import Sshd, sshd

WITHIN_S = 30.0
DONE = ["till-1.csv", "till-1.csv.report.json"]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    with sshd(tmp_path_factory.mktemp("sshd") / "server") as running:
        yield running


@pytest.fixture
def drop(tmp_path: Path) -> Path:
    """The partner's folder."""
    path = tmp_path / "drop"
    path.mkdir()
    return path


def record(server: Sshd, drop: Path, **settings: Any) -> dict[str, Any]:
    settings = {
        "host": "127.0.0.1",
        "port": server.port,
        "user": server.user,
        "key": {"file": str(server.key)},
        "host_key": server.fingerprints["ed25519"],
        "path": str(drop),
        "settle_s": 0,
        "every_s": 0.1,
    } | settings
    told = {key: value for key, value in settings.items() if value is not None}
    return {"kind": "sftp", "live": False, "sftp": told, "map": "till"}


@pytest.fixture
def source(company: Company, server: Sshd, drop: Path) -> Taker:
    put_source(company.directory.root, "till", record(server, drop))
    return taker(company, "till")


def once(source: Taker) -> None:
    source.once(threading.Event())


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def upload(server: Sshd) -> paramiko.SFTPClient:
    """A partner's line. Close it."""
    transport = paramiko.Transport(("127.0.0.1", server.port))
    transport.connect(username=server.user, pkey=paramiko.Ed25519Key(filename=str(server.key)))
    line = paramiko.SFTPClient.from_transport(transport)
    assert line is not None
    return line


# --- files ------------------------------------------------------------------------------------------------------------


def test_a_file_is_imported_once_and_moved_aside_with_its_report(company: Company, drop: Path, source: Taker) -> None:
    copyfile(EXAMPLES / "till.csv", drop / "till-1.csv")
    once(source)
    once(source)
    assert len(in_log(company, "till")) == 7
    assert counts(company, "till") == {"accepted": 7, "files": 1}
    assert (names(drop), names(drop / "done"), names(drop / "failed")) == (["done", "failed"], DONE, [])
    told = json.loads((drop / "done" / DONE[1]).read_text())
    assert (told["file"], told["read_rows"], told["accepted"]) == ("till-1.csv", 5, 7)
    assert not (company.directory.receiving / "till" / "fetched").exists()


def test_the_same_file_again_is_all_duplicates_and_keeps_both(company: Company, drop: Path, source: Taker) -> None:
    for _ in range(2):
        copyfile(EXAMPLES / "till.csv", drop / "till-1.csv")
        once(source)
    assert counts(company, "till") == {"accepted": 7, "duplicate": 7, "files": 2}
    kept = [*DONE, "till-1 (2).csv", "till-1 (2).csv.report.json"]
    assert names(drop / "done") == sorted(kept)


def test_a_file_that_cannot_be_right_is_put_aside_and_the_next_is_taken(
    company: Company, drop: Path, source: Taker
) -> None:
    (drop / "till-0.csv").write_text("receipt,kind\n1,sale\n")
    copyfile(EXAMPLES / "till.csv", drop / "till-1.csv")
    once(source)
    assert counts(company, "till") == {"accepted": 7, "files": 1, "failed_files": 1}
    assert names(drop / "failed") == ["till-0.csv", "till-0.csv.report.json"]


def test_names_that_are_being_written_links_and_folders_are_left_alone(
    company: Company, drop: Path, source: Taker
) -> None:
    for name in (".till.csv", "till.csv.part", "till.csv.filepart"):
        copyfile(EXAMPLES / "till.csv", drop / name)
    (drop / "link.csv").symlink_to(EXAMPLES / "till.csv")
    (drop / "folder.csv").mkdir()
    once(source)
    assert in_log(company, "till") == []


def test_a_large_file_comes_whole(company: Company, server: Sshd, drop: Path) -> None:
    """Many parts, asked for ahead."""
    header, *lines = (EXAMPLES / "till.csv").read_text().splitlines()
    many = [lines[0].replace("MI1-0431", f"MI1-{number}") for number in range(40_000)]
    (drop / "till.csv").write_text("\n".join([header, *many]) + "\n")
    folder = folder_of(company, record(server, drop))
    (copy,) = [file.read_bytes() for file in folder.whole(threading.Event(), once=True) if file is not None]
    assert len(copy) > 64 * 32_768
    assert copy == (drop / "till.csv").read_bytes()


def folder_of(company: Company, written: Mapping[str, Any]) -> SftpFolder:
    put_source(company.directory.root, "till", written)
    folder = company.sources.folder(company.sources.find("till"))
    assert isinstance(folder, SftpFolder)
    return folder


def test_a_file_that_is_half_there_is_not_whole(company: Company, server: Sshd, drop: Path) -> None:
    """It is sent in parts, over several looks, and then once more under the same name."""
    folder = folder_of(company, record(server, drop, settle_s=0.3, every_s=0.05))
    stop, taken = threading.Event(), []
    line = upload(server)
    writing = line.open(f"{drop}/a.csv", "w")
    writing.write("a\n")
    writing.flush()
    for looks, found in enumerate(folder.whole(stop, once=False)):
        if found is not None:
            taken.append(found.read_text())
            folder.done(found, {})
            if len(taken) == 2:
                break
            with line.open(f"{drop}/a.csv", "w") as again:
                again.write("another\n")
        elif looks < 3:
            writing.write("b\n")
            writing.flush()
    line.close()
    assert taken == ["a\nb\nb\nb\n", "another\n"]
    assert names(drop / "done") == ["a (2).csv", "a (2).csv.report.json", "a.csv", "a.csv.report.json"]


def test_a_file_that_changes_while_it_is_read_is_read_again(company: Company, drop: Path, source: Taker) -> None:
    """It is replaced after it was copied and before it is moved: what is new in it is taken too."""
    text = (EXAMPLES / "till.csv").read_text()
    lines = text.splitlines()
    (drop / "till.csv").write_text("\n".join(lines[:-1]) + "\n")
    append, replaced = company.collector.collect_now, []

    def replace(*told: Any, **more: Any) -> Any:
        if not replaced:
            replaced.append(True)
            (drop / "till.csv").write_text(text)
        return append(*told, **more)

    company.collector.collect_now = replace  # type: ignore[method-assign]
    once(source)
    assert names(drop / "done") == ["till.csv", "till.csv.report.json"]
    assert counts(company, "till")["accepted"] == 7
    assert (drop / "done" / "till.csv").read_text() == text


def test_where_nothing_may_be_moved_what_was_read_is_remembered(company: Company, server: Sshd, drop: Path) -> None:
    put_source(company.directory.root, "till", record(server, drop, after="keep"))
    lines = (EXAMPLES / "till.csv").read_text().splitlines()
    (drop / "till.csv").write_text("\n".join(lines[:-1]) + "\n")
    (drop / "bad.csv").write_text("receipt,kind\n1,sale\n")
    for _ in range(2):
        once(taker(company, "till"))  # as a process that begins anew
    before = counts(company, "till")
    assert (before["files"], before["failed_files"]) == (1, 1)
    (drop / "till.csv").write_text("\n".join(lines) + "\n")
    once(taker(company, "till"))
    after = counts(company, "till")
    assert (after["accepted"], after["duplicate"], after["files"]) == (7, before["accepted"], 2)
    assert names(drop) == ["bad.csv", "till.csv"]
    place = company.directory.receiving / "till"
    told = json.loads((place / "reports" / "bad.csv.report.json").read_text())
    assert (told["became"], told["code"]) == ("failed", "invalid_mapping")
    (drop / "bad.csv").unlink()
    once(taker(company, "till"))
    assert list(json.loads((place / "taken.json").read_text())) == ["till.csv"]


@pytest.mark.parametrize("name", ["../../till.csv", "/etc/till.csv", "a\0.csv", "..", "."])
def test_a_name_cannot_lead_out_of_our_folder(name: str) -> None:
    assert not stays_in_folder(name)
    assert stays_in_folder("vendite di marzo (2).csv")


# --- a line that fails ------------------------------------------------------------------------------------------------


def test_a_line_that_is_cut_in_the_middle_loses_and_doubles_nothing(
    company: Company, server: Sshd, drop: Path, source: Taker
) -> None:
    copyfile(EXAMPLES / "till.csv", drop / "till-1.csv")
    append, cut = company.collector.collect_now, []

    def cutting(*told: Any, **more: Any) -> Any:
        if not cut:
            cut.append(True)
            server.cut()
        return append(*told, **more)

    company.collector.collect_now = cutting  # type: ignore[method-assign]
    with pytest.raises(StoreUnavailable, match="is cut"):
        once(source)
    assert "till-1.csv" in names(drop)
    once(source)
    assert names(drop / "done") == DONE
    assert len({told["messageId"] for told in in_log(company, "till")}) == len(in_log(company, "till")) == 7


def test_a_server_that_goes_away_is_told_of_and_found_again(company: Company, tmp_path: Path, drop: Path) -> None:
    with sshd(tmp_path / "own") as server:
        put_source(company.directory.root, "till", record(server, drop))
        source = taker(company, "till")
        stop, failing, came = threading.Event(), threading.Event(), threading.Event()
        statuses = company.sources.statuses
        fail, note = statuses.fail, statuses.note

        def failed(*told: Any) -> None:
            fail(*told)
            failing.set()

        def noted(*told: Any) -> None:
            note(*told)
            came.set()

        statuses.fail, statuses.note = failed, noted  # type: ignore[method-assign]
        thread = threading.Thread(target=source.run, args=(stop,))
        thread.start()
        try:
            server.stop()
            assert failing.wait(WITHIN_S)
            assert "the server 127.0.0.1" in str(company.sources.status("till").error)
            copyfile(EXAMPLES / "till.csv", drop / "till-1.csv")
            server.start()
            assert came.wait(WITHIN_S)
        finally:
            stop.set()
            thread.join()
    status = company.sources.status("till")
    assert (status.error, status.counts) == (None, {"accepted": 7, "files": 1})


# --- who is let in, and who is trusted --------------------------------------------------------------------------------


def refused(company: Company, written: Mapping[str, Any], said: str, kind: type[Exception] = InvalidConfig) -> None:
    put_source(company.directory.root, "till", written)
    with pytest.raises(kind, match=said):
        company.sources.check(company.sources.find("till"))


def test_a_check_takes_nothing(company: Company, server: Sshd, drop: Path) -> None:
    copyfile(EXAMPLES / "till.csv", drop / "till-1.csv")
    for kind in ("ed25519", "rsa"):
        put_source(company.directory.root, "till", record(server, drop, host_key=server.fingerprints[kind]))
        assert "1 files wait" in company.sources.check(company.sources.find("till"))
    assert "till-1.csv" in names(drop)


def test_a_host_key_that_is_not_known_is_shown_and_nothing_else_is_done(
    company: Company, server: Sshd, drop: Path
) -> None:
    for kind in ("ed25519", "rsa"):
        print_of = server.fingerprints[kind].replace("+", r"\+")
        refused(
            company, record(server, drop, host_key=None), f"shows .*{print_of} .*write the fingerprint as `host_key`"
        )
    other = "SHA256:" + "A" * 43
    refused(
        company, record(server, drop, host_key=other), "not the one that `host_key` names.*somebody may stand between"
    )
    put_source(company.directory.root, "till", record(server, drop, host_key=[other, server.fingerprints["rsa"]]))
    assert "0 files" in company.sources.check(company.sources.find("till"))
    for wrong in ("MD5:aa:bb", ["SHA256:short"]):
        refused(company, record(server, drop, host_key=wrong), "host_key: is no fingerprint")
    refused(company, record(server, drop, key=None), "key: is missing; write where the private `key` is kept")


def test_who_is_not_let_in_is_told(
    company: Company, server: Sshd, drop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARTNER_PASSWORD", "wrong")
    password = {"env": "PARTNER_PASSWORD"}
    refused(company, record(server, drop, key=None, password=password), "refuses the password of")
    other = Sshd(_made(tmp_path / "other"), free_port()).key
    refused(company, record(server, drop, key={"file": str(other)}), "refuses the key of")
    both = record(server, drop, key={"file": str(other)}, password=password)
    refused(company, both, "refuses the key and the password of")
    (tmp_path / "text").write_text("no key")
    refused(company, record(server, drop, key={"file": str(tmp_path / "text")}), "private `key` cannot be read")


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def test_what_is_not_there_is_told(company: Company, server: Sshd, drop: Path) -> None:
    refused(company, record(server, drop / "nowhere"), "has no folder .*nowhere; check `path`")
    refused(company, record(server, drop, port=free_port()), "cannot be reached", StoreUnavailable)


def test_who_may_only_read_keeps_the_files_there(company: Company, tmp_path: Path, drop: Path) -> None:
    copyfile(EXAMPLES / "till.csv", drop / "till-1.csv")
    with sshd(tmp_path / "own", "internal-sftp -R") as server:
        refused(company, record(server, drop), "files cannot be moved aside in .*, or write `after: keep`")
        put_source(company.directory.root, "till", record(server, drop, after="keep"))
        once(taker(company, "till"))
    assert counts(company, "till") == {"accepted": 7, "files": 1}
    assert names(drop) == ["till-1.csv"]


def test_a_file_that_may_not_be_read_is_told_and_stops_no_other(company: Company, server: Sshd, drop: Path) -> None:
    copyfile(EXAMPLES / "till.csv", drop / "a.csv")
    copyfile(EXAMPLES / "till.csv", drop / "b.csv")
    (drop / "a.csv").chmod(0)
    if os.access(drop / "a.csv", os.R_OK):
        pytest.skip("this user may read everything")
    put_source(company.directory.root, "till", record(server, drop))
    with pytest.raises(InvalidConfig, match=r"1 files in .* may not be read"):
        once(taker(company, "till"))
    assert counts(company, "till") == {"accepted": 7, "files": 1}
