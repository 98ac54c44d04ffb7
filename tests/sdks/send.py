"""Drives one Python client as a program of a customer would: MODULE URL KEY ORDERS good|bad [GZIP]. Runs without Percorso.

Ends with 1 and says why when the client tells of an error.
"""

import importlib
import sys

module, url, key, orders, kind, gzip = sys.argv[1:7]
Client = importlib.import_module(f"{module}.client").Client
errors = []
options = {"gzip": gzip == "1"} if gzip else {}
client = Client(key, host=url, on_error=lambda error, batch: errors.append(repr(error)), **options)

client.identify("ada", {"email": "ada@example.com", "plan": "gold"})
for number in range(int(orders)):
    client.track(
        "ada", "Order Completed", {"order_id": f"o{number}", "revenue": 10.5, "currency": "EUR", "products": []}
    )
    if kind == "bad" and number == 1:
        client.track("ada", "x" * 201, {})
client.page("ada", "Shop", "Beans", {"url": "https://shop.example/beans"})
client.group("ada", "bar-centrale", {"name": "Bar Centrale"})
client.alias("before", "ada")
client.shutdown()

if errors:
    print("\n".join(errors))
    sys.exit(1)
