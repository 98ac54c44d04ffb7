"""A person's own page: self-contained, without script, accessible, light and dark, Italian and English."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape
from typing import Any

from percorso.data.consent_state import Held, HeldPurpose
from percorso.execution.render import first_name
from percorso.execution.wishes import Wishes
from percorso.http.page_words import as_html, date_in_words, day_in_words, headers, whole_page, written
from percorso.http.preference_words import CHANNELS, LANGUAGE_NAMES, WORDS, named, named_kind, named_trait, say
from percorso.model.consent import ALL, key_of
from percorso.model.person import Node, Profile
from percorso.model.time import CivilClock

STYLE = """
:root{color-scheme:light dark;--ink:#2b2521;--paper:#faf7f4;--card:#fff;--quiet:#6b5d53;--accent:#7a4423;--on:#fff;
--line:#b5a79c;--good:#245c33;--wash:#e7f1e9}
@media(prefers-color-scheme:dark){:root{--ink:#f1ebe6;--paper:#1c1815;--card:#28221e;--quiet:#b9aca2;--accent:#e0a67e;
--on:#2b2521;--line:#7a6c62;--good:#9fd6ae;--wash:#22332a}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:1.0625rem/1.6 system-ui,sans-serif}
main{max-width:40rem;margin:0 auto;padding:1.5rem 1rem 3rem}
header{display:flex;flex-wrap:wrap;gap:.5rem 1rem;justify-content:space-between;align-items:baseline;margin:0 0 1.5rem}
header p{margin:0;font-weight:600;color:var(--quiet)}nav a,nav span{display:inline-block;padding:.5rem .25rem;margin-left:.75rem}
nav span{font-weight:600}
h1{font-size:1.75rem;line-height:1.25;margin:0 0 .75rem}h2,legend{font-size:1.125rem;line-height:1.4;font-weight:600;margin:0;
padding:0}
p,ul,dl{margin:0 0 1rem}.quiet{color:var(--quiet);font-size:.9375rem}
section,fieldset{background:var(--card);border:0;border-radius:1rem;margin:0 0 1rem;padding:1.25rem;min-width:0}
fieldset legend{float:left;width:100%;margin:0 0 .25rem}fieldset>*{clear:both}
.done{background:var(--wash);color:var(--good);font-weight:600;border-radius:.75rem;padding:.75rem 1rem}
.topics{padding:0;background:none}.topics>h2{margin:0 0 .75rem}
.ticks{display:grid;grid-template-columns:repeat(auto-fill,minmax(9rem,1fr));gap:.25rem 1rem}
.ticks label{display:flex;gap:.625rem;align-items:center;min-height:2.75rem;cursor:pointer}
input[type=checkbox]{width:1.375rem;height:1.375rem;accent-color:var(--accent);margin:0;flex:none}
.fields{display:flex;flex-wrap:wrap;gap:.75rem 1.5rem;margin:.5rem 0}
.fields label{display:grid;gap:.25rem;flex:0 1 auto;min-width:0}
select{font:inherit;color:inherit;background:var(--paper);border:1px solid var(--line);
border-radius:.5rem;padding:.625rem .75rem;min-height:2.75rem;min-width:0;max-width:100%}
button,.button{font:inherit;font-weight:600;padding:.875rem 1.5rem;border:0;border-radius:.5rem;background:var(--accent);
color:var(--on);cursor:pointer;display:inline-block;text-decoration:none;text-align:center}
.plain{background:none;color:var(--accent);border:1px solid var(--accent)}
.save{padding:.25rem 0 1rem;margin:0}.save button{width:100%}
h3{font-size:1rem;margin:1rem 0 .5rem}section>:last-child,fieldset>:last-child{margin-bottom:0}
dt{font-weight:600}dd{margin:0 0 .5rem;overflow-wrap:anywhere}summary{cursor:pointer;padding:.5rem 0;color:var(--accent);
text-decoration:underline}
a{color:var(--accent)}:focus-visible{outline:3px solid var(--accent);outline-offset:3px}
""".strip()

HEADERS = headers(STYLE)

OFTEN = ("week 1", "week 2", "week 5", "month 1", "month 2")
"""How often one may wish to be written to."""
PAUSES = (7, 14, 30, 91, 182, 365)
"""Days for which one may wish to hear nothing."""
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
HALF_HOURS = tuple(f"{hour:02}:{minute:02}" for hour in range(24) for minute in (0, 30))


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What the page shows. `path`: of the page; `note`: a word of what was just done, None at first."""

    path: str
    language: str
    company: str
    profile: Profile
    nodes: Sequence[Node]
    purposes: Sequence[HeldPurpose]
    wishes: Wishes
    ledger: Sequence[Mapping[str, Any]]
    civil: CivilClock
    today: str
    note: str | None = None


def preference_page(shown: Shown) -> str:
    """The whole page."""
    language, path = shown.language, escape(shown.path)
    note = f'<p class="done" role="status">{_say(shown.note, language)}</p>' if shown.note else ""
    name = first_name(shown.profile)
    hello = f"{_say('hello', language, name=name)} " if name else ""
    lang = f'<input type="hidden" name="lang" value="{language}">'
    body = (
        f"<p>{hello}{_say('lead', language, company=shown.company)}</p>{note}"
        f'<form method="post" action="{path}">{lang}<section class="topics"><h2>{_say("about_what", language)}</h2>'
        f'<p class="quiet">{_say("service", language)}</p>'
        f"{''.join(_topic(one, shown) for one in shown.purposes)}</section>"
        f"{_often(shown)}{_hours(shown)}{_pause(shown)}{_language(shown)}"
        f'<p class="save"><button name="do" value="save">{_say("save", language)}</button></p></form>'
        f"{_stop(shown, lang)}{_data(shown)}{_erasing(shown)}"
    )
    return _whole(shown, _say("title", language), body)


def sure_page(shown: Shown) -> str:
    """Whether somebody really wants to be forgotten."""
    language = shown.language
    form = (
        f'<form method="post" action="{escape(shown.path)}/erase"><input type="hidden" name="lang" value="{language}">'
        f"<p><button>{_say('erase_yes', language)}</button></p></form>"
    )
    body = f"<section><p>{_say('erase_sure_about', language)}</p>{form}{_back(shown)}</section>"
    return _whole(shown, _say("erase_sure", language), body, "/erase")


def asked_page(shown: Shown) -> str:
    """That a request for erasure was recorded."""
    language = shown.language
    body = f'<section><p role="status">{_say("erase_asked_about", language)}</p>{_back(shown)}</section>'
    return _whole(shown, _say("erase_asked", language), body, "/erase")


def _topic(one: HeldPurpose, shown: Shown) -> str:
    language, purpose = shown.language, one.purpose
    ticks = "".join(_tick(purpose.id, held, language) for held in one.channels)
    said = max((held.choice for held in one.channels if held.choice is not None), key=lambda one: one[:3], default=None)
    since = "" if said is None else f" {_say('since', language, day=_day(said.occurred_at, shown))}"
    return (
        f"<fieldset><legend>{escape(written(purpose.name, language))}</legend>"
        f'<p class="quiet">{escape(written(purpose.about, language))}{since}</p><div class="ticks">{ticks}</div></fieldset>'
    )


def _tick(purpose: str, held: Held, language: str) -> str:
    key = escape(key_of(purpose, held.channel))
    label = _say("allow_whole", language) if held.channel == ALL else escape(named(CHANNELS, held.channel, language))
    checked = " checked" if held.allowed else ""
    return (
        f'<label><input type="hidden" name="asked" value="{key}"><input type="checkbox" name="allow" value="{key}"{checked}>'
        f"<span>{label}</span></label>"
    )


def _often(shown: Shown) -> str:
    language, wished = shown.language, shown.wishes
    now = "" if wished.per_week is None else f"week {wished.per_week}"
    now = now if wished.per_month is None else f"month {wished.per_month}"
    choices = [*OFTEN, *([now] if now and now not in OFTEN else [])]
    options = _option("", _say("often_any", language), now) + "".join(
        _option(one, _say(f"often_{one.split()[0]}", language, count=one.split()[1]), now) for one in choices
    )
    field = f'<label>{_say("often", language)}<select name="often">{options}</select></label>'
    return f'<section><h2>{_say("often_title", language)}</h2><div class="fields">{field}</div></section>'


def _hours(shown: Shown) -> str:
    language, hours = shown.language, shown.wishes.hours
    start, end = ("", "") if hours is None else (hours[0].isoformat("minutes"), hours[1].isoformat("minutes"))
    fields = (
        f'<label>{_say("from", language)}<select name="from">{_times(start, language)}</select></label>'
        f'<label>{_say("until", language)}<select name="until">{_times(end, language)}</select></label>'
    )
    about = f'<p class="quiet">{_say("hours_about", language)}</p>'
    return f'<section><h2>{_say("hours_title", language)}</h2><div class="fields">{fields}</div>{about}</section>'


def _times(now: str, language: str) -> str:
    """Written alike for everybody: what a browser makes of a field for times follows its own language, not the page's."""
    times = HALF_HOURS if now in HALF_HOURS or not now else sorted((*HALF_HOURS, now))
    return _option("", _say("hours_any", language), now) + "".join(_option(one, one, now) for one in times)


def _pause(shown: Shown) -> str:
    """Days in the words of the page, as `_times`."""
    language, until = shown.language, shown.wishes.pause_until
    today = date.fromisoformat(shown.today)
    value = "" if until is None or until.isoformat() <= shown.today else until.isoformat()
    ends = {(today + timedelta(days=days)).isoformat(): f"pause_{days}" for days in PAUSES}
    if value and value not in ends:
        ends = {value: "pause_now", **ends}
    options = _option("", _say("pause_none", language), value) + "".join(
        _option(end, _say(word, language, day=date_in_words(date.fromisoformat(end), language)), value)
        for end, word in ends.items()
    )
    field = f'<label>{_say("pause", language)}<select name="pause_until">{options}</select></label>'
    about = f'<p class="quiet">{_say("pause_about", language)}</p>'
    return f'<section><h2>{_say("pause_title", language)}</h2><div class="fields">{field}</div>{about}</section>'


def _language(shown: Shown) -> str:
    said = shown.profile.facts.traits.get("language")
    now = said.value if said is not None and said.value in LANGUAGE_NAMES else ""
    first = "" if now else _option("", _say("language_any", shown.language), now)
    options = first + "".join(_option(code, escape(name), now) for code, name in LANGUAGE_NAMES.items())
    field = f'<label>{_say("language", shown.language)}<select name="language">{options}</select></label>'
    return f'<section><h2>{_say("language_title", shown.language)}</h2><div class="fields">{field}</div></section>'


def _option(value: str, label: str, now: str) -> str:
    return f'<option value="{escape(value)}"{" selected" if value == now else ""}>{label}</option>'


def _stop(shown: Shown, lang: str) -> str:
    language = shown.language
    return (
        f"<section><h2>{_say('stop_title', language)}</h2><p>{_say('stop_about', language)}</p>"
        f'<form method="post" action="{escape(shown.path)}">{lang}<button class="plain" name="do" value="stop">'
        f"{_say('stop', language)}</button></form></section>"
    )


def _data(shown: Shown) -> str:
    language, facts = shown.language, shown.profile.facts
    known = "".join(
        f"<dt>{escape(named_kind(kind, language))}</dt><dd>{escape(value)}</dd>"
        for kind, value in sorted({(node.kind, node.value) for node in shown.nodes})
    )
    told = "".join(
        f"<dt>{escape(named_trait(name, language))}</dt><dd>{escape(_value(name, said.value, language))}</dd>"
        for name, said in sorted(facts.traits.items())
        if said.value is not None
    )
    happened = (
        ""
        if facts.first is None
        else _say(
            "first_seen",
            language,
            day=_day(facts.first.occurred_at, shown),
            events=str(facts.events),
            orders=str(facts.orders),
        )
    )
    said = "".join(f"<li>{_choice(one, shown)}</li>" for one in reversed(shown.ledger))
    none = f"<p>{_say('none', language)}</p>"
    return (
        f"<section><h2>{_say('data_title', language)}</h2><p>{happened}</p>"
        f"<details><summary>{_say('data_show', language)}</summary>"
        f"<h3>{_say('known_as', language)}</h3><dl>{known}</dl>"
        f"<h3>{_say('traits', language)}</h3>{f'<dl>{told}</dl>' if told else none}"
        f"<h3>{_say('choices', language)}</h3>{f'<ul>{said}</ul>' if said else none}"
        f'</details><p><a href="{escape(shown.path)}/data" download>{_say("data_download", language)}</a></p></section>'
    )


def _value(name: str, value: Any, language: str) -> str:
    """What was said, days and languages in words."""
    text = str(value)
    if name == "language":
        return LANGUAGE_NAMES.get(text, text)
    if _DAY.fullmatch(text) is None:
        return text
    try:
        return date_in_words(date.fromisoformat(text), language)
    except ValueError:
        return text


def _choice(said: Mapping[str, Any], shown: Shown) -> str:
    language = shown.language
    names = {one.purpose.id: one.purpose.name for one in shown.purposes}
    purpose = say("all", language) if said["purpose"] == ALL else named(names, said["purpose"], language)
    channel = "" if said["channel"] == ALL else f" ({named(CHANNELS, said['channel'], language)})"
    state, day = say(said["state"], language), _day(said["occurred_at"], shown)
    return _say("choice", language, day=day, purpose=purpose, channel=channel, state=state)


def _erasing(shown: Shown) -> str:
    language = shown.language
    return (
        f"<section><h2>{_say('erase_title', language)}</h2><p>{_say('erase_about', language)}</p>"
        f'<p><a href="{escape(shown.path)}/erase?lang={language}">{_say("erase", language)}</a></p></section>'
    )


def _back(shown: Shown) -> str:
    return f'<p><a href="{escape(shown.path)}?lang={shown.language}">{_say("back", shown.language)}</a></p>'


def _day(at: int, shown: Shown) -> str:
    return day_in_words(shown.civil, at, shown.language)


def _say(word: str, language: str, **values: str) -> str:
    return as_html(WORDS[word], language, **values)


def _whole(shown: Shown, title: str, body: str, below: str = "") -> str:
    """`title` and `body` are HTML."""
    here = escape(shown.path + below)
    switch = "".join(
        f'<span aria-current="true" lang="{code}">{name}</span>'
        if code == shown.language
        else f'<a href="{here}?lang={code}" lang="{code}" hreflang="{code}">{name}</a>'
        for code, name in LANGUAGE_NAMES.items()
    )
    nav = f'<nav aria-label="{_say("languages", shown.language)}">{switch}</nav>'
    header = f"<header><p>{escape(shown.company)}</p>{nav}</header>"
    return whole_page(shown.language, f"{title} · {escape(shown.company)}", STYLE, f"{header}<h1>{title}</h1>{body}")
