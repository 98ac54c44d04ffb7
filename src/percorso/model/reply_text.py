"""What a person wrote in a mail, without what their program quoted below it. Italian and English."""

import re

_HEADS = (
    re.compile(r"^(Il giorno|Il|In data) .{4,200}(ha scritto|scrive|scriveva):?\s*$", re.IGNORECASE),
    re.compile(r"^On .{4,200} wrote:?\s*$", re.IGNORECASE),
    re.compile(
        r"^-{2,}\s*(Messaggio originale|Original Message|Messaggio inoltrato|Forwarded message)\s*-{2,}$", re.IGNORECASE
    ),
    re.compile(r"^_{10,}$"),
)
_HEADER = re.compile(r"^\*?(Da|From|Inviato|Sent|A|To|Oggetto|Subject|Date|Data)\*?:\s", re.IGNORECASE)
_SENT_FROM = re.compile(r"^(Inviato da|Sent from|Scarica Outlook|Get Outlook)\b", re.IGNORECASE)
_FIRST_HEADERS = ("da", "from")


def written(text: str) -> str:
    r"""The text above the first sign of a quote.

    >>> written("Grazie, va bene.\n\nIl giorno ven 13 mar 2026 alle ore 10:00 Caffè <x@y.it> ha scritto:\n> Come va?")
    'Grazie, va bene.'
    """
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").split("\n")]
    kept: list[str] = []
    for number, line in enumerate(lines):
        bare = line.strip()
        if bare == "--" or _begins_quote(lines, number):
            break
        if not bare.startswith(">") and not _SENT_FROM.match(bare):
            kept.append(line)
    return "\n".join(kept).strip()


def _begins_quote(lines: list[str], number: int) -> bool:
    bare = lines[number].strip()
    after = lines[number + 1].strip() if number + 1 < len(lines) else ""
    if any(head.match(bare) or head.match(f"{bare} {after}") for head in _HEADS):
        return True
    if not _HEADER.match(bare) or bare.partition(":")[0].strip("* ").lower() not in _FIRST_HEADERS:
        return False
    return sum(_HEADER.match(line.strip()) is not None for line in lines[number : number + 5]) >= 3
