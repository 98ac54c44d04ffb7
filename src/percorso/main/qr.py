"""Makes QR codes."""

from collections.abc import Sequence
from pathlib import Path

from percorso.adapters.receive.qr_files import QrFiles, draw
from percorso.model.qr import QrCode, check_destination, code_of
from percorso.model.time import Micros


class Codes:
    """The QR codes of one company. `domains`: hosts that they may lead to."""

    def __init__(self, files: QrFiles, secret: bytes, base_url: str, domains: Sequence[str]) -> None:
        self._files = files
        self._secret = secret
        self._base_url = base_url
        self._domains = domains

    def make(self, to: str, touchpoint: str, campaign: str | None, out: Path, now: Micros) -> tuple[QrCode, str]:
        """The code and the address in the picture, kept and drawn. Raises InvalidInput."""
        check_destination(to, self._domains)
        code = code_of(self._secret, to, touchpoint, campaign)
        made = QrCode(code=code, to=to, touchpoint=touchpoint, campaign=campaign, made_at=now)
        address = f"{self._base_url}/q/{code}"
        draw(address, out)
        self._files.put(made)
        return made, address
