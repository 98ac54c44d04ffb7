"""Money: minor units and an ISO currency, never summed across currencies."""

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

_EXPONENTS = {
    "JPY": 0,
    "KRW": 0,
    "VND": 0,
    "CLP": 0,
    "ISK": 0,
    "HUF": 2,
    "BHD": 3,
    "JOD": 3,
    "KWD": 3,
    "OMR": 3,
    "TND": 3,
}


_MOST = 1_000_000_000_000
"""Larger amounts are mistakes; they would also overflow the sums of those who have many."""


def exponent(currency: str) -> int:
    """Digits after the point of a currency (ISO 4217)."""
    return _EXPONENTS.get(currency, 2)


def minor_units(amount: Any, currency: str) -> int | None:
    """An amount in major units (number or text) as whole minor units, half up; None when it is no amount.

    >>> minor_units(12.345, "EUR"), minor_units("7", "JPY"), minor_units("free", "EUR")
    (1235, 7, None)
    """
    if isinstance(amount, bool) or not isinstance(amount, int | float | str):
        return None
    if isinstance(amount, int):
        return amount * int(10 ** exponent(currency)) if abs(amount) < _MOST else None
    try:
        value = Decimal(str(amount)).scaleb(exponent(currency))
        return int(value.to_integral_value(ROUND_HALF_UP)) if abs(value) < _MOST else None
    except (InvalidOperation, ValueError):
        return None


def currency_of(value: Any, default: str) -> str:
    """A three-letter code in capitals, or the default."""
    return value.upper() if isinstance(value, str) and len(value) == 3 and value.isalpha() else default
