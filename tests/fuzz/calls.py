"""Calls as clients in the field send them, to be spoilt."""

from collections.abc import Mapping
from typing import Any

_PAGE = {"path": "/shop", "referrer": "", "search": "?utm_source=x", "title": "Caffè", "url": "https://x.example/shop"}
_BROWSER: dict[str, Any] = {
    "page": _PAGE,
    "userAgent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36",
    "library": {"name": "analytics.js", "version": "npm:next-1.81.0"},
    "locale": "it-IT",
    "timezone": "Europe/Rome",
    "campaign": {"name": "spring", "source": "news"},
    "consent": {
        "categoryPreferences": {"Advertising": False, "Analytics": True},
        "tcString": "COvFyGBOvFyGBAbAAAENAPCAAOAAAAAAAAAAAEEUACCKAAA",
    },
}
_ORDER = {
    "order_id": "A-1",
    "revenue": 36.5,
    "currency": "EUR",
    "coupon": None,
    "products": [{"sku": "c-250", "name": "Miscela", "price": 8.5, "quantity": 2, "category": "coffee"}],
}

CALLS: Mapping[str, tuple[dict[str, Any], ...]] = {
    "track": (
        {"event": "Order Completed", "userId": "u1", "properties": _ORDER, "timestamp": "2026-11-22T10:00:00.123Z"},
        {
            "event": "Product Viewed",
            "anonymousId": "a1",
            "properties": {"product_id": "c-250"},
            "context": _BROWSER,
            "timestamp": "2026-11-22T10:00:00.123Z",
            "sentAt": "2026-11-22T09:00:00.000Z",
        },
        {
            "event": "Survey Answered",
            "userId": 17,
            "properties": {"kind": "nps", "score": 3, "comment": "Lento."},
            "context": {"touchpoint": "call.support", "externalIds": [{"type": "card", "id": "4711"}]},
        },
        {
            "event": "Order Delivered",
            "userId": "u1",
            "properties": {
                "order_id": "A-1",
                "delivered_at": "2026-11-20T10:00:00Z",
                "estimated_at": "2026-11-10T10:00:00Z",
            },
        },
    ),
    "identify": (
        {
            "userId": "u1",
            "anonymousId": "a1",
            "traits": {"email": "ada@example.com", "phone": "+39 02 1234567", "firstName": "Ada", "age": 36},
            "context": {"library": {"name": "analytics-python", "version": "2.3.2"}},
        },
    ),
    "page": (
        {"anonymousId": "a1", "name": "Home", "category": None, "properties": _PAGE, "context": _BROWSER},
        {"anonymousId": "a1", "userId": None, "originalTimestamp": 1795341600000},
    ),
    "screen": ({"anonymousId": "a2", "name": "Cart", "context": {"device": {"id": "d", "type": "android"}}},),
    "group": ({"userId": "u1", "groupId": "office-1", "traits": {"name": "Ufficio", "employees": 12}},),
    "alias": ({"userId": "u1", "previousId": "a1"},),
}
"""Type of the call -> examples."""

PLAN: Mapping[str, Any] = {
    "new_events": "discard_row",
    "events": {
        "Order Completed": {
            "contract": {"new_properties": "discard_value", "types": "discard_value"},
            "schema": {
                "type": "object",
                "properties": {
                    "order_id": {"type": "string", "pattern": "^A-"},
                    "revenue": {"type": "number", "minimum": 0},
                    "products": {
                        "type": "array",
                        "items": {"type": "object", "properties": {"sku": {"type": "string"}}},
                    },
                },
            },
        },
        "Product Viewed": {
            "contract": {"new_properties": "freeze", "types": "freeze"},
            "schema": {"type": "object", "properties": {"product_id": {"type": "string"}}, "required": ["product_id"]},
        },
        "Survey Answered": {
            "contract": {"new_properties": "discard_row", "types": "evolve"},
            "schema": {"type": "object", "properties": {"score": {"type": "integer", "maximum": 10}}},
        },
        "Page Viewed": {
            "contract": {"new_properties": "evolve", "types": "discard_row"},
            "schema": {"type": "object", "properties": {"path": {"type": "string", "format": "uri-reference"}}},
        },
    },
}
"""A tracking plan for some of them, with every word a contract has."""
