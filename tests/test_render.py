"""Writing messages: Liquid over MJML, escaped for each place, with limits; text and subject beside."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from percorso.adapters.packs import load_packs
from percorso.execution.answer import Signer
from percorso.execution.plain_text import to_text
from percorso.execution.render import Letterhead, check, first_name, language_of, render
from percorso.model.errors import RenderFailed
from percorso.model.message import Message, Rendered
from percorso.model.person import NOBODY, Facts, Profile, Stamped
from percorso.model.play import Choice, MessageTemplate, Play

SIGNER = Signer(b"secret")
LETTERHEAD = Letterhead(company="Torrefazione <Alba>", language="it", base_url="https://cx.example.com/")

MESSAGE = Message(
    message_id="m1",
    business_key="k",
    decision_id="d",
    node_id="n",
    channel="email",
    play="late",
    play_version=1,
    intent="serve",
    purpose=None,
    facts={
        "name": "Order Delivered",
        "properties": {"order_id": "A-1", "products": [{"name": "Moka"}, {"name": "Cap"}]},
    },
    created_at=0,
    due_at=0,
    expires_at=10,
)


def text(it: str, en: str | None = None) -> dict[str, str]:
    return {"it": it, "en": it if en is None else en}


WORDS = text("-")


def play(body: str, subject: str = "Ciao", english: str | None = None) -> Play:
    return Play(
        id="late",
        version=1,
        name=WORDS,
        touchpoint=None,
        stage=None,
        when={"field": "name", "exists": True},
        once_per="event",
        priority=1,
        intent="serve",
        purpose=None,
        do=WORDS,
        say=WORDS,
        how=WORDS,
        timing=WORDS,
        ask=WORDS,
        ask_how=WORDS,
        ask_when=WORDS,
        give=WORDS,
        get=WORDS,
        choices=(Choice(id="refund", label=WORDS, event="Choice Made"),),
        message=MessageTemplate(channel="email", subject=text(subject), body=text(body, english)),
    )


def mjml(content: str, head: str = "") -> str:
    columns = f"<mj-section><mj-column>{content}</mj-column></mj-section>"
    return f"<mjml><mj-head>{head}</mj-head><mj-body>{columns}</mj-body></mjml>"


def person(**traits: Any) -> Profile:
    return Profile(facts=Facts(traits={name: Stamped(1, 0, "m", value) for name, value in traits.items()}))


def written(body: str, profile: Profile = NOBODY, subject: str = "Ciao", **properties: Any) -> Rendered:
    message = replace(
        MESSAGE, facts={"name": "Order Delivered", "properties": {**MESSAGE.facts["properties"], **properties}}
    )
    return render(message, play(body, subject), profile, "ada@example.com", LETTERHEAD, SIGNER)


class Tags(HTMLParser):
    """What a browser sees: tags with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


def hrefs(html: str) -> list[str]:
    return [attributes["href"] or "" for tag, attributes in Tags(html).seen if tag == "a"]


def test_a_message_is_written_from_what_is_known() -> None:
    body = mjml(
        "<mj-text>Ciao {{ person.name }}, ordine {{ event.properties.order_id }}"
        "{% for p in event.properties.products %} - {{ p.name }}{% endfor %}</mj-text>"
        '<mj-button href="{{ links.choice.refund }}">Rimborso</mj-button>'
        '<mj-text><a href="{{ links.csat.5 }}">5</a> <a href="{{ links.why }}">Perché?</a></mj-text>'
    )
    mail = written(body, person(firstName="Ada"), "{{ company.name }}: {{ event.name }}")
    assert mail.subject == "Torrefazione <Alba>: Order Delivered"
    assert "Ciao Ada, ordine A-1 - Moka - Cap" in mail.html
    assert "Ciao Ada, ordine A-1 - Moka - Cap\n\nRimborso: https://cx.example.com/a/" in mail.text
    assert len(hrefs(mail.html)) == 4  # the last leads to the person's own page
    assert all(re.fullmatch(r"https://cx\.example\.com/[ap]/[A-Za-z0-9_-]+", href) for href in hrefs(mail.html))
    assert set(hrefs(mail.html)) == set(re.findall(r"https://\S+", mail.text))
    assert 'lang="it"' in mail.html
    assert (mail.to, mail.language, mail.headers) == ("ada@example.com", "it", {})


def test_nothing_is_fetched_when_the_mail_is_opened() -> None:
    mail = written(mjml("<mj-text>Ciao</mj-text>"))
    # What stands there are names of XML vocabularies, which nobody fetches.
    found = set(re.findall(r"https?://([^/\"]+)", mail.html)) - {"www.w3.org", "cx.example.com"}
    assert found == set()
    assert "@import" not in mail.html


def test_every_message_says_why_it_came() -> None:
    plain = written(mjml("<mj-text>Ciao</mj-text>"))
    assert "Perché ho ricevuto questo messaggio? https://cx.example.com/a/" in plain.text
    own = written(mjml('<mj-text><a href="{{ links.why }}">Come mai?</a></mj-text>'))
    assert "Perché ho ricevuto" not in own.text
    assert len([href for href in hrefs(own.html) if "/a/" in href]) == 1


def test_every_message_leads_to_the_persons_own_page() -> None:
    plain = written(mjml("<mj-text>Ciao</mj-text>"))
    assert "Le mie preferenze: https://cx.example.com/p/" in plain.text
    own = written(mjml('<mj-text><a href="{{ links.preferences }}">Le mie scelte</a></mj-text>'))
    assert "Le mie preferenze" not in own.text
    assert len([href for href in hrefs(own.html) if "/p/" in href]) == 1


def test_whoever_has_a_purpose_can_be_told_to_stop_with_one_click() -> None:
    message = replace(MESSAGE, purpose="feedback")
    mail = render(message, play(mjml("<mj-text>x</mj-text>")), NOBODY, "a@b.it", LETTERHEAD, SIGNER)
    assert mail.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    token = mail.headers["List-Unsubscribe"].removeprefix("<https://cx.example.com/a/").removesuffix(">")
    assert SIGNER.read(token, 0).kind == "stop"


# languages


@pytest.mark.parametrize(
    ("traits", "language"),
    [
        ({}, "it"),
        ({"language": "en"}, "en"),
        ({"locale": "en-GB"}, "en"),
        ({"locale": "en_US"}, "en"),
        ({"language": "English"}, "it"),
        ({"language": 7, "locale": "de"}, "de"),
        ({"language": ""}, "it"),
    ],
)
def test_language_is_the_persons_else_the_companys(traits: dict[str, Any], language: str) -> None:
    assert language_of(person(**traits), "it") == language


def test_a_language_the_message_has_not_falls_back() -> None:
    two = play(mjml("<mj-text>Ciao</mj-text>"), english=mjml("<mj-text>Hello</mj-text>"))
    for language, word, used in (("en", "Hello", "en"), ("de", "Ciao", "it")):
        mail = render(MESSAGE, two, person(language=language), "a@b.it", LETTERHEAD, SIGNER)
        assert word in mail.html
        assert mail.language == used


@pytest.mark.parametrize(
    ("traits", "name"),
    [
        ({"firstName": "Ada", "name": "Ada Lovelace"}, "Ada"),
        ({"name": " Ada Lovelace "}, "Ada Lovelace"),
        ({"name": "ada@example.com"}, None),
        ({"name": 5}, None),
        ({"firstName": "Ada\r\nBcc: x"}, "Ada Bcc: x"),
        ({}, None),
    ],
)
def test_people_are_greeted_by_name_or_not_at_all(traits: dict[str, Any], name: str | None) -> None:
    assert first_name(person(**traits)) == name


# what is missing


def test_a_missing_value_fails_unless_the_template_asked() -> None:
    with pytest.raises(RenderFailed, match=r"event\.properties\.gone|'gone'"):
        written(mjml("<mj-text>{{ event.properties.gone }}</mj-text>"))
    asked = mjml(
        "<mj-text>{% if event.properties.gone %}A{% else %}B{% endif %}"
        '{{ event.properties.gone | default: "C" }}{{ person.name }}</mj-text>'
    )
    assert "BC" in written(asked).html


def test_liquid_may_hold_what_mjml_could_not_read() -> None:
    body = mjml('<mj-text>{% if event.properties.n < 3 and "a" != "b" %}few{% endif %}{{ "<b>" }}</mj-text>')
    assert "few<b>" in written(body, n=1).html  # what the template itself says is its author's


def test_sections_may_repeat() -> None:
    section = "<mj-section><mj-column><mj-text>{{ p.name }}</mj-text></mj-column></mj-section>"
    loop = "{% for p in event.properties.products %}" + section + "{% endfor %}"
    mail = written(f"<mjml><mj-body>{loop}</mj-body></mjml>")
    assert mail.html.count("Moka") == mail.html.count("Cap") == 1
    assert mail.text.startswith("Moka\n\nCap")


# hostile values

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "--><script>alert(1)</script>",
    "</title></style><script>alert(1)</script>",
    "{{ company.name }}{% raw %}",
]


@pytest.mark.parametrize("value", HOSTILE)
def test_values_never_become_markup(value: str) -> None:
    body = mjml(
        "<mj-text>{{ event.properties.x }}<!-- {{ event.properties.x }} --></mj-text>"
        "<mj-text><span title='{{ event.properties.x }}'>y</span></mj-text>"
        '<mj-image src="https://cdn.example.com/{{ event.properties.x }}.png" alt="{{ event.properties.x }}" />'
        "{% capture twice %}{{ event.properties.x }}{% endcapture %}<mj-text>{{ twice }}</mj-text>",
        head="<mj-title>{{ event.properties.x }}</mj-title><mj-preview>{{ event.properties.x }}</mj-preview>",
    )
    tame, wild = written(body, x="tame"), written(body, x=value)
    assert [tag for tag, _ in Tags(wild.html).seen] == [tag for tag, _ in Tags(tame.html).seen]
    assert [sorted(a) for _, a in Tags(wild.html).seen] == [sorted(a) for _, a in Tags(tame.html).seen]
    assert value in wild.text


@settings(max_examples=60, deadline=None)
@given(value=st.text(st.characters(codec="utf-8"), max_size=30))
def test_no_value_at_all_becomes_markup(value: str) -> None:
    link = '<a title="{{ event.properties.x }}" href="https://e.it/{{ event.properties.x }}">y</a>'
    body = mjml("<mj-text>{{ event.properties.x }}" + link + "</mj-text>")
    tame, wild = written(body, x="tame"), written(body, x=value)
    assert [(tag, sorted(a)) for tag, a in Tags(wild.html).seen] == [
        (tag, sorted(a)) for tag, a in Tags(tame.html).seen
    ]


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        " JaVaScRiPt:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
        "//evil.example.com",
        "/relative",
        "https:",
        "https://a b",
        "",
    ],
)
def test_a_value_that_is_no_web_address_makes_no_link(address: str) -> None:
    for body in (
        '<mj-button href="{{ event.properties.url }}">x</mj-button>',
        '{% capture u %}{{ event.properties.url }}{% endcapture %}<mj-text><a href="{{ u }}">x</a></mj-text>',
    ):
        with pytest.raises(RenderFailed):
            written(mjml(body), url=address)


def test_good_web_addresses_pass_and_parts_are_encoded() -> None:
    body = mjml(
        '<mj-button href="{{ event.properties.url }}">x</mj-button>'
        '<mj-text><a href="https://shop.example.com/search?q={{ event.properties.q }}&amp;x=1">y</a></mj-text>'
    )
    found = hrefs(written(body, url="https://e.com/a?b=1&c=2", q="caffè & co/#").html)
    assert found[:2] == ["https://e.com/a?b=1&c=2", "https://shop.example.com/search?q=caff%C3%A8%20%26%20co%2F%23&x=1"]


def test_a_subject_is_one_line() -> None:
    mail = written(
        mjml("<mj-text>x</mj-text>"), subject="{{ event.properties.x }}", x="a\r\nBcc: b@c\u2028d" + "x" * 500
    )
    assert mail.subject.startswith("a Bcc: b@c dxxx")
    assert len(mail.subject) == 200


# templates that are refused


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("not mjml", "cannot be compiled"),
        ("<mjml><mj-body>", "cannot be compiled"),
        ("<mjml><mj-body><mj-include path='/etc/passwd' /></mj-body></mjml>", "cannot be compiled"),
        (mjml('<mj-text color="{{ event.properties.c }}">x</mj-text>'), "styles"),
        (mjml("<mj-raw><script>alert(1)</script></mj-raw>"), "script"),
        (mjml("<mj-text><a href='https://a.it' onclick='x()'>x</a></mj-text>"), "onclick"),
        (mjml("<mj-text><a href='java{{ event.name }}'>x</a></mj-text>"), "web address"),
        (mjml("<mj-text><a href='https://{{ event.name }}/'>x</a></mj-text>"), "web address"),
        (mjml("<mj-text><a href='{% if a %}javascript:{% endif %}{{ event.name }}'>x</a></mj-text>"), "web address"),
        (mjml("<mj-text><b {{ event.name }}='x'>x</b></mj-text>"), "cannot be compiled|attribute"),
        (mjml("<mj-text>x</mj-text>", "<mj-style>a { color: {{ event.name }} }</mj-style>"), "style"),
        (mjml("<mj-text>{{ event.name | safe }}</mj-text>"), "UnknownFilterError"),
        (mjml("<mj-text>{% for %}</mj-text>"), "not valid Liquid"),
        (mjml("<mj-text>{% include 'x' %}</mj-text>"), "TemplateNotFoundError"),
        (mjml("<mj-text>{% for i in (1..1000000) %}x{% endfor %}</mj-text>"), "LoopIterationLimitError"),
        (
            mjml("<mj-text>{% for i in (1..2000) %}{{ event.properties.long }}{% endfor %}</mj-text>"),
            "OutputStreamLimit",
        ),
        ("<mjml>" + " " * 300_000 + "</mjml>", "200000"),
    ],
)
def test_a_template_that_cannot_be_trusted_is_refused(body: str, why: str) -> None:
    with pytest.raises(RenderFailed, match=why):
        written(body, long="x" * 1_000)


def test_errors_hold_no_personal_data() -> None:
    with pytest.raises(RenderFailed) as failed:
        written(
            mjml("<mj-text>{{ event.properties.x | divided_by: 0 }}{{ person.name | slice: 'a' }}</mj-text>"),
            person(name="Ada"),
            x="ada@example.com",
        )
    assert "Ada" not in failed.value.message
    assert "ada@" not in failed.value.message


def test_a_template_knows_four_things_only() -> None:
    for name in ("profile", "message", "self", "person.__class__", "links.choice.__init__", "company.secret"):
        with pytest.raises(RenderFailed):
            written(mjml("<mj-text>{{ " + name + " }}</mj-text>"))


def test_plain_text_reads_lists_and_pictures_and_leaves_out_what_is_hidden() -> None:
    html = (
        "<head><title>T</title></head><div style='display: none'>P</div><h1>A</h1><ul><li>b</li><li>c</li></ul>"
        "<img alt='foto'><p>x &amp;<br>y<!--[if mso]>z<![endif]--></p>"
    )
    assert to_text(html) == "A\n\n- b\n\n- c\n\nfoto\n\nx &\ny"


# the shipped packs


def packs() -> list[Play]:
    return [play for play in load_packs(("retail", "subscription", "service", "b2b")).plays if play.message]


@pytest.mark.parametrize("shipped", packs(), ids=lambda play: play.id)
@pytest.mark.parametrize("language", ["it", "en"])
def test_every_shipped_message_can_be_written(shipped: Play, language: str) -> None:
    check(shipped, LETTERHEAD)
    properties = {
        name: "2026-03-01T10:00:00Z" if name.endswith("_at") else "X-1"
        for name in re.findall(r"event\.properties\.(\w+)", str(shipped.message))
    }
    message = replace(MESSAGE, play=shipped.id, purpose=shipped.purpose, facts={"name": "E", "properties": properties})
    mail = render(message, shipped, person(name="Ada", language=language), "a@b.it", LETTERHEAD, SIGNER)
    assert mail.language == language
    assert mail.subject
    assert "{{" not in mail.html + mail.text
    answers = [SIGNER.read(token, 0) for token in re.findall(r"/a/([A-Za-z0-9_-]+)", mail.text)]
    assert {answer.value for answer in answers if answer.kind == "choice"} == {choice.id for choice in shipped.choices}
    assert any(answer.kind == "why" for answer in answers)
    # Without a name and with nothing optional it is still a whole message.
    render(message, shipped, NOBODY, "a@b.it", LETTERHEAD, SIGNER)
