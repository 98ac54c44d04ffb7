"""The small pages behind the links of a message: self-contained, accessible, Italian and English."""

from collections.abc import Mapping
from html import escape

from percorso.execution.answer import SCALES
from percorso.http.page_words import as_html, day_in_words, headers, whole_page, written
from percorso.model.time import CivilClock
from percorso.model.touchpoint import Text
from percorso.pipeline.answering import Followed

STYLE = """
:root{color-scheme:light dark;--ink:#2b2521;--paper:#faf7f4;--card:#fff;--quiet:#6b5d53;--accent:#7a4423;--on:#fff}
@media(prefers-color-scheme:dark){:root{--ink:#f1ebe6;--paper:#1c1815;--card:#28221e;--quiet:#b9aca2;--accent:#e0a67e;
--on:#2b2521}}
body{margin:0;background:var(--paper);color:var(--ink);font:1.0625rem/1.6 system-ui,sans-serif;display:grid;
min-height:100vh;place-items:center}
main{background:var(--card);margin:1rem;padding:2rem;border-radius:1rem;max-width:34rem;box-sizing:border-box}
h1{font-size:1.5rem;line-height:1.3;margin:0 0 1rem}p,ul{margin:0 0 1rem}.quiet{color:var(--quiet);font-size:.9375rem}
button{font:inherit;font-weight:600;padding:.875rem 1.5rem;border:0;border-radius:.5rem;background:var(--accent);
color:var(--on);cursor:pointer;width:100%}
a{color:var(--accent)}:focus-visible{outline:3px solid var(--accent);outline-offset:3px}
""".strip()

# A scanner that only fetches never gets here; one that runs scripts out of sight does not either.
SCRIPT = """
(function(){function go(){if(document.visibilityState==="visible"&&!navigator.webdriver){document.forms[0].submit()}}
document.addEventListener("visibilitychange",go);go()})()
""".strip()


HEADERS = headers(STYLE, SCRIPT)

_WORDS: Mapping[str, Text] = {
    "score": {"it": "Voto: {value} su {scale}", "en": "Your score: {value} out of {scale}"},
    "choice": {"it": "Scelta: {value}", "en": "Your choice: {value}"},
    "stop": {"it": "Non ricevere più questi messaggi?", "en": "Stop getting these messages?"},
    "stop_about": {
        "it": "{company} non scriverà più su questo canale per: {purpose}. I messaggi di servizio, come quelli su un "
        "ordine, arrivano ancora.",
        "en": "{company} will no longer write to you on this channel for: {purpose}. Service messages, such as those "
        "about an order, still reach you.",
    },
    "confirm": {"it": "Conferma", "en": "Confirm"},
    "confirm_about": {
        "it": "Se la pagina non prosegue da sola, basta premere il pulsante.",
        "en": "Press the button if the page does not go on by itself.",
    },
    "thanks": {"it": "Grazie!", "en": "Thank you!"},
    "thanks_score": {
        "it": "Abbiamo registrato il voto: {value} su {scale}. Per cambiarlo basta aprirne un altro nel messaggio.",
        "en": "We recorded your score: {value} out of {scale}. To change it, open another score in the message.",
    },
    "thanks_choice": {
        "it": "Abbiamo registrato la scelta: {value}.",
        "en": "We recorded your choice: {value}.",
    },
    "stopped": {"it": "Fatto", "en": "Done"},
    "stopped_about": {
        "it": "{company} non scriverà più su questo canale per: {purpose}.",
        "en": "{company} will no longer write to you on this channel for: {purpose}.",
    },
    "why": {"it": "Perché ho ricevuto questo messaggio?", "en": "Why did I get this message?"},
    "why_event": {
        "it": "Che cosa abbiamo registrato il {day}: «{what}»{about}",
        "en": "What we recorded on {day}: “{what}”{about}",
    },
    "why_day": {"it": "È nato da un fatto del {day}.", "en": "It came from something that happened on {day}."},
    "why_play": {"it": "Perché {company} ha scritto: {why}", "en": "Why {company} wrote to you: {why}"},
    "why_service": {
        "it": "È un messaggio di servizio: riguarda ciò che è stato chiesto o acquistato e non richiede consenso.",
        "en": "It is a service message: it concerns what was asked for or bought, and needs no consent.",
    },
    "why_purpose": {"it": "A che scopo: {purpose}.", "en": "For which purpose: {purpose}."},
    "why_stop": {"it": "Non voglio più questi messaggi", "en": "I want no more of these messages"},
    "wrong": {"it": "Questo link non funziona", "en": "This link does not work"},
    "wrong_about": {
        "it": "Forse è scaduto o è stato copiato a metà. Si può riaprire dal messaggio, oppure rispondere al messaggio.",
        "en": "It may have expired, or only half of it was copied. Open it again from the message, or answer the message.",
    },
    "later": {"it": "Non ci siamo riusciti", "en": "That did not work"},
    "later_about": {
        "it": "La risposta non è stata registrata. Si può riprovare tra un minuto.",
        "en": "Your answer was not recorded. Try again in a minute.",
    },
}

_PURPOSES: Mapping[str, Text] = {
    "feedback": {"it": "chiedere un'opinione", "en": "asking for your opinion"},
    "marketing": {"it": "offerte e novità", "en": "offers and news"},
}


def question_page(followed: Followed, choice: str | None) -> str:
    """What a link would record, with the button that does. A script presses it for people, except to unsubscribe."""
    language, answer = followed.answer.language, followed.answer
    if answer.kind == "stop":
        title, about = _say("stop", language), _say("stop_about", language, **_purpose(followed))
    else:
        title, about = _given("score", "choice", followed, choice), _say("confirm_about", language)
    form = f'<form method="post"><button>{_say("confirm", language)}</button></form>'
    script = "" if answer.kind == "stop" else f"<script>{SCRIPT}</script>"
    return _page(language, title, f'<p class="quiet">{about}</p>{form}{script}')


def thanks_page(followed: Followed, choice: str | None) -> str:
    """What was recorded."""
    language = followed.answer.language
    if followed.answer.kind == "stop":
        return _page(
            language, _say("stopped", language), f"<p>{_say('stopped_about', language, **_purpose(followed))}</p>"
        )
    about = _given("thanks_score", "thanks_choice", followed, choice)
    return _page(language, _say("thanks", language), f"<p>{about}</p>")


def why_page(followed: Followed, civil: CivilClock, stop_link: str | None) -> str:
    """Why the message came: what happened, when, which play, for which purpose, and how to have no more of it."""
    language, message = followed.answer.language, followed.message
    day = day_in_words(civil, message.created_at, language)
    happened = followed.happened and written(followed.happened, language)
    facts = [
        _say("why_event", language, day=day, what=happened, about=_about(followed))
        if happened
        else _say("why_day", language, day=day),
    ]
    if followed.play is not None:
        facts.append(_say("why_play", language, company=followed.company, why=written(followed.play.name, language)))
    facts.append(
        _say("why_service", language)
        if message.purpose is None
        else _say("why_purpose", language, **_purpose(followed))
    )
    body = "".join(f"<li>{fact}</li>" for fact in facts)
    stop = f'<p><a href="{escape(stop_link)}">{_say("why_stop", language)}</a></p>' if stop_link else ""
    return _page(language, _say("why", language), f"<ul>{body}</ul>{stop}")


def wrong_page(language: str, *, later: bool) -> str:
    """The link leads nowhere or, when `later`, the answer could not be kept."""
    word = "later" if later else "wrong"
    return _page(language, _say(word, language), f"<p>{_say(word + '_about', language)}</p>")


def _given(score: str, choice_word: str, followed: Followed, choice: str | None) -> str:
    """The answer in words, in the frame of one of two texts."""
    answer = followed.answer
    if answer.kind in SCALES:
        return _say(score, answer.language, value=answer.value, scale=str(SCALES[answer.kind][-1]))
    return _say(choice_word, answer.language, value=choice or answer.value)


def _purpose(followed: Followed) -> dict[str, str]:
    purpose = followed.message.purpose or ""
    words = _PURPOSES.get(purpose)
    return {
        "company": followed.company,
        "purpose": purpose if words is None else written(words, followed.answer.language),
    }


def _about(followed: Followed) -> str:
    """Which order the message was about, when it says so."""
    properties = followed.message.facts.get("properties")
    order = properties.get("order_id") if isinstance(properties, Mapping) else None
    return f" ({order})" if isinstance(order, str | int) else ""


def _say(word: str, language: str, **values: str) -> str:
    return as_html(_WORDS[word], language, **values)


def _page(language: str, title: str, body: str) -> str:
    """`title` and `body` are HTML."""
    spoken = language if language in _WORDS["why"] else "en"
    return whole_page(spoken, title, STYLE, f"<h1>{title}</h1>{body}")
