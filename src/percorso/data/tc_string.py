"""What a person said to a consent banner of the IAB's framework, out of its TC string.

Source: IAB Europe, Transparency and Consent String with Global Vendor List Format, version 2, "The core string":
https://github.com/InteractiveAdvertisingBureau/GDPR-Transparency-and-Consent-Framework
Only what concerns the company itself is read: purposes and special features, not the lists of vendors.
"""

import binascii
from base64 import b64decode
from typing import Any

from percorso.model.time import to_iso

PURPOSES = 11
"""Standard purposes of policy version 4 and 5; the format has room for 24. The others are told when they are set."""
SPECIAL_FEATURES = 2

_TENTH: int = 100_000
"""A decisecond in micros."""
_CORE_BITS = 213
_LONGEST = 8_192


class _Bits:
    def __init__(self, raw: bytes) -> None:
        self._value = int.from_bytes(raw, "big")
        self._left = len(raw) * 8

    def take(self, count: int) -> int:
        self._left -= count
        return (self._value >> self._left) & ((1 << count) - 1)

    def flags(self, count: int, always: int) -> dict[str, bool]:
        """Number -> said yes; the first `always` of them in any case, the others when set."""
        said = {number: bool(self.take(1)) for number in range(1, count + 1)}
        return {str(number): yes for number, yes in said.items() if yes or number <= always}


def read_tc_string(text: str) -> dict[str, Any]:
    """The choices in a TC string. Raises ValueError when it is none of version 2.

    >>> said = read_tc_string("COvFyGBOvFyGBAbAAAENAPCAAOAAAAAAAAAAAEEUACCKAAA")
    >>> [purpose for purpose, yes in said["purposes"].items() if yes], said["updatedAt"]
    (['1', '2', '3'], '2020-02-20T23:57:39.300Z')
    """
    core = text.split(".", 1)[0]
    if len(core) > _LONGEST or not core.isascii():
        raise ValueError("it is no TC string")
    try:
        raw = b64decode(core + "=" * (-len(core) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("it is not base64url") from None
    if len(raw) * 8 < _CORE_BITS:
        raise ValueError("it ends early")
    bits = _Bits(raw)
    if (version := bits.take(6)) != 2:
        raise ValueError(f"it is of version {version}, not 2")
    created, updated, cmp_id = bits.take(36), bits.take(36), bits.take(12)
    bits.take(12 + 6 + 12 + 12)  # version and screen of the banner, its language, version of the vendors' list
    policy = bits.take(6)
    bits.take(2)  # of this service alone; texts of its own
    return {
        "createdAt": to_iso(created * _TENTH),
        "updatedAt": to_iso(updated * _TENTH),
        "cmpId": cmp_id,
        "policyVersion": policy,
        "specialFeatures": bits.flags(12, SPECIAL_FEATURES),
        "purposes": bits.flags(24, PURPOSES),
        "legitimateInterests": bits.flags(24, PURPOSES),
    }
