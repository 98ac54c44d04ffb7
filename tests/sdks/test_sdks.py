"""Unmodified clients of Segment and RudderStack against a real server: what they send is in the log once, and they are content."""

import pytest

from tests.sdks.clients import CLIENTS, Client, run
from tests.sdks.receiving import key_of, taken
from tests.server import Server

pytestmark = pytest.mark.sdk

ORDERS = 130
"""More than any of the clients puts into one batch."""


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_all_that_a_client_sends_is_in_the_log_exactly_once(server: Server, client: Client) -> None:
    run(client, server.url, key_of(server, client.name), ORDERS, with_bad=False)
    found = taken(server, client.name)
    assert found.is_once(ORDERS), found
    assert found.others == [], "nothing was sent twice"


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_a_bad_item_takes_nothing_with_it_and_is_not_sent_again(server: Server, client: Client) -> None:
    source = f"{client.name}-bad"
    run(client, server.url, key_of(server, source), 5, with_bad=True)
    found = taken(server, source)
    assert found.is_once(5), found
    assert found.others == ["quarantined"]
