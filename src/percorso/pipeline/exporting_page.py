"""A bundle as a page that anybody can read, in Italian or English."""

import json
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any, Literal

Language = Literal["it", "en"]

_WORDS: dict[str, tuple[str, str]] = {
    "title": ("I dati che abbiamo di te", "The data we have about you"),
    "made": ("Preparato da {company} il {at}", "Made by {company} on {at}"),
    "identifiers": ("Come ti riconosciamo", "How we know you"),
    "kind": ("Tipo", "Kind"),
    "value": ("Valore", "Value"),
    "evidence": ("Visto insieme a", "Seen together with"),
    "traits": ("Quello che sappiamo", "What we know"),
    "name": ("Nome", "Name"),
    "since": ("Dal", "Since"),
    "positions": ("Dove sei nel percorso", "Where you are on the path"),
    "journey": ("Percorso", "Journey"),
    "stage": ("Tappa", "Stage"),
    "consents": ("Le tue scelte", "Your choices"),
    "purpose": ("Scopo", "Purpose"),
    "channel": ("Canale", "Channel"),
    "state": ("Stato", "State"),
    "messages": ("Messaggi che ti abbiamo mandato", "Messages we sent you"),
    "to": ("A", "To"),
    "play": ("Motivo", "Why"),
    "decisions": ("Che cosa abbiamo deciso", "What we decided"),
    "outcome": ("Esito", "Outcome"),
    "events": ("Che cosa è successo", "What happened"),
    "at": ("Quando", "When"),
    "source": ("Da", "From"),
    "what": ("Che cosa", "What"),
    "nothing": ("Niente.", "Nothing."),
}
_STYLE = """:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.6rem}h2{font-size:1.15rem;margin-top:2.2rem}.wide{overflow-x:auto}table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.35rem .8rem .35rem 0}
td,th{border-bottom:1px solid color-mix(in srgb,currentColor 20%,transparent)}
pre{margin:0;white-space:pre-wrap;overflow-wrap:anywhere;font-size:.8rem}"""


def page(bundle: Mapping[str, Any], language: Language) -> str:
    """One HTML document with nothing from elsewhere in it. Values are escaped."""

    def word(key: str, **given: str) -> str:
        return escape(_WORDS[key][0 if language == "it" else 1].format(**given))

    def section(key: str, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
        found = "".join(f"<tr>{''.join(f'<td>{_cell(value)}</td>' for value in row)}</tr>" for row in rows)
        head = "".join(f'<th scope="col">{word(name)}</th>' for name in heads)
        table = (
            f'<div class="wide" tabindex="0"><table><thead><tr>{head}</tr></thead><tbody>{found}</tbody></table></div>'
        )
        nothing = f"<p>{word('nothing')}</p>"
        return f"<section><h2>{word(key)}</h2>{table if found else nothing}</section>"

    parts = [
        section("identifiers", ("kind", "value", "evidence"), map(_identifier, bundle["identifiers"])),
        section(
            "traits", ("name", "value", "since"), ((n, s["value"], s["since"]) for n, s in bundle["traits"].items())
        ),
        section("positions", ("journey", "stage", "since"), _rows(bundle["positions"], "journey", "stage", "since")),
        section("consents", ("purpose", "channel", "state", "at"), _rows(bundle["consents"], *_CHOICE)),
        section(
            "messages", ("at", "to", "play", "state"), _rows(bundle["messages"], "created_at", "to", "play", "state")
        ),
        section("decisions", ("at", "play", "outcome"), _rows(bundle["decisions"], "decided_at", "play", "outcome")),
        section("events", ("at", "source", "what"), _rows(bundle["events"], "occurred_at", "source", "event")),
    ]
    made = word("made", company=str(bundle["company"]), at=str(bundle["made_at"]))
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><meta name="viewport" '
        f'content="width=device-width,initial-scale=1"><title>{word("title")}</title><style>{_STYLE}</style></head>'
        f"<body><main><h1>{word('title')}</h1><p>{made}</p>{''.join(parts)}</main></body></html>"
    )


_CHOICE = ("purpose", "channel", "state", "occurred_at")


def _rows(records: Iterable[Mapping[str, Any]], *names: str) -> Iterable[Sequence[Any]]:
    return ([record.get(name) for name in names] for record in records)


def _identifier(one: Mapping[str, Any]) -> Sequence[Any]:
    seen = ", ".join(f"{line['with']['kind']} {line['with']['value']} ({line['at']})" for line in one["seen_with"])
    return one["kind"], one["value"], seen


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Mapping | list):
        return f"<pre>{escape(json.dumps(value, ensure_ascii=False, indent=1))}</pre>"
    return escape(str(value))
