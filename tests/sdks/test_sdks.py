"""Unmodified clients of Segment, RudderStack and Jitsu against a real server: what they send is in the log once, and they
are content."""

import pytest

from tests.sdks.between import Between, Trouble
from tests.sdks.clients import CLIENTS, Client, run
from tests.sdks.receiving import key_of, taken
from tests.sdks.record import Record
from tests.server import Server

pytestmark = pytest.mark.sdk

ORDERS = 130
"""More than any of the clients puts into one batch."""
TROUBLES: tuple[Trouble, ...] = ("busy", "slow down", "answer lost")
each_client = pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)


@each_client
def test_all_that_a_client_sends_is_in_the_log_exactly_once(
    server: Server, way: Between, record: Record, client: Client
) -> None:
    way.expect(())
    run(client, way.url, key_of(server, client.name), ORDERS, with_bad=False)
    found = taken(server, client.name)
    assert found.is_once(ORDERS, client.others), found
    assert found.others == [], "nothing was sent twice"
    record.ran(
        client.name,
        package=client.package,
        version=client.version(),
        runs_in="Node" if client.environment == "node" else "Python",
        calls=found.calls,
        sent=way.sent,
    )


@each_client
def test_a_bad_item_takes_nothing_with_it_and_is_not_sent_again(server: Server, way: Between, client: Client) -> None:
    source = f"{client.name}-bad"
    way.expect(())
    run(client, way.url, key_of(server, source), 5, with_bad=True)
    found = taken(server, source)
    assert found.is_once(5, client.others), found
    assert found.others == ["quarantined"]


@each_client
def test_what_was_refused_or_not_answered_is_sent_again_and_taken_once(
    server: Server, way: Between, record: Record, client: Client
) -> None:
    if not client.resends:
        record.again(client.name, "does not send again")
        pytest.skip("this client never sends again")
    source = f"{client.name}-again"
    way.expect(TROUBLES)
    run(client, way.url, key_of(server, source), 5, with_bad=False)
    assert tuple(way.met) == TROUBLES
    found = taken(server, source)
    assert found.is_once(5, client.others), found
    assert set(found.others) == {"duplicate"}, "what the server had taken came once more, and was known"
    record.again(client.name, "sends again, taken once")


def test_the_docs_tell_what_ran(record: Record) -> None:
    record.compare([client.name for client in CLIENTS])
