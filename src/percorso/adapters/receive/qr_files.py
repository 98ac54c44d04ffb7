"""QR codes as small files, and as pictures."""

from pathlib import Path

from percorso.adapters.receive.files import read_json, write_json
from percorso.model.errors import InvalidInput
from percorso.model.qr import CODE, QrCode

PICTURES = (".svg", ".png", ".pdf", ".eps")


class QrFiles:
    """The company's codes, one file each."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, code: QrCode) -> None:
        """Keep a code, durably; one that is there already stays as it was made."""
        path = self._folder / f"{code.code}.json"
        if not path.exists():
            told = {"to": code.to, "touchpoint": code.touchpoint, "campaign": code.campaign, "made_at": code.made_at}
            write_json(path, told)

    def find(self, code: str) -> QrCode | None:
        """A code of ours, None when it is none."""
        told = read_json(self._folder / f"{code}.json") if CODE.match(code) else None
        return None if told is None else QrCode(code=code, **told)


def draw(address: str, out: Path) -> None:
    """A picture of an address; the kind is that of the file's name. Raises InvalidInput."""
    import segno

    if out.suffix.lower() not in PICTURES:
        raise InvalidInput(f"a picture is one of {', '.join(PICTURES)}; write such a name after --out")
    try:
        segno.make(address, error="q", micro=False).save(str(out), scale=8, border=4)
    except OSError as error:
        raise InvalidInput(f"the picture cannot be written to {out}: {error.strerror}") from error
