"""The client for programs: tells a Percorso server what happened, without ever holding up the program.

    from percorso.client import Client

    with Client("wk_...", "https://cx.example.com") as percorso:
        percorso.track("Order Completed", user_id="ada", properties={"order_id": "A-1", "revenue": 36.5})

It needs nothing but Python's standard library and imports nothing else of Percorso.
"""

from percorso.client.client import Client
from percorso.client.told import Counts, Drop

__all__ = ["Client", "Counts", "Drop"]
