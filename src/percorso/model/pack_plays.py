"""Of a pack, its plays, their messages put into the layouts."""

import re
from collections.abc import Mapping

from percorso.model.fields import Fields, valid_id
from percorso.model.pack_events import event_field
from percorso.model.play import Choice, MessageTemplate, Play, TaskTemplate
from percorso.model.touchpoint import Text

INTENTS = ("serve", "ask", "entertain", "sell")
LAYOUT_SLOT = "<!-- content -->"
"""Where a layout takes the body of a message."""

_CHOICE_LINK = re.compile(r"links\.choice\.(\w+)")


def read_play(id_: str, fields: Fields, layouts: Mapping[str, Text]) -> Play:
    """One play. Raises InvalidConfig."""
    once_per = fields.take("once_per")
    choices = tuple(_choice(part) for part in fields.parts("choices"))
    play = Play(
        id=id_,
        version=fields.whole("version", least=1),
        name=fields.translated("name"),
        touchpoint=fields.text("touchpoint", None),
        stage=fields.text("stage", None),
        when=fields.condition("when", about=""),
        once_per=once_per if once_per in ("person", "event") else event_field(fields, "once_per"),
        priority=fields.whole("priority"),
        intent=fields.word("intent", INTENTS),
        purpose=fields.text("purpose", None),
        do=fields.translated("do"),
        say=fields.translated("say"),
        how=fields.translated("how"),
        timing=fields.translated("timing"),
        ask=fields.translated("ask"),
        ask_how=fields.translated("ask_how"),
        ask_when=fields.translated("ask_when"),
        give=fields.translated("give"),
        get=fields.translated("get"),
        choices=choices,
        message=_message(fields.part("message"), layouts),
        task=_task(fields.part("task")),
    )
    fields.done()
    _check_play(fields, play)
    return play


def _check_play(fields: Fields, play: Play) -> None:
    if play.message is None and play.task is None:
        raise fields.error("message", "the play does nothing; give a message, a task or both")
    if play.purpose is None and play.intent != "serve":
        raise fields.error("purpose", f"is missing; only intent 'serve' goes without consent, not {play.intent!r}")
    ids = [choice.id for choice in play.choices]
    if len(set(ids)) < len(ids):
        raise fields.error("choices", "an id is there twice")
    for language, body in play.message.body.items() if play.message else ():
        linked = set(_CHOICE_LINK.findall(body))
        if linked != set(ids):
            odd = ", ".join(sorted(linked ^ set(ids)))
            raise fields.error(f"message, body, {language}", f"choices and links.choice.… differ: {odd}")
    if play.choices and play.message is None:
        raise fields.error("choices", "need a message that offers them")


def _choice(fields: Fields) -> Choice:
    id_ = fields.text("id")
    if not valid_id(id_) or "." in id_:
        raise fields.error("id", f"{id_!r} is no id; use lower-case words with underscores")
    choice = Choice(
        id=id_,
        label=fields.translated("label"),
        event=fields.text("event"),
        properties=fields.plain("properties"),
    )
    fields.done()
    return choice


def _message(fields: Fields | None, layouts: Mapping[str, Text]) -> MessageTemplate | None:
    if fields is None:
        return None
    layout = fields.text("layout", None)
    message = MessageTemplate(
        channel=fields.word("channel", ("email",)),
        subject=fields.translated("subject"),
        body=_laid_out(fields, layout, fields.translated("body"), layouts),
    )
    fields.done()
    return message


def _laid_out(fields: Fields, layout: str | None, body: Text, layouts: Mapping[str, Text]) -> Text:
    """The body put into its layout, language by language; without a layout it must be MJML by itself."""
    if layout is None:
        for language, mjml in body.items():
            if not mjml.startswith("<mjml"):
                raise fields.error(f"body, {language}", "is no MJML document; begin with <mjml or name a layout")
        return body
    frame = layouts.get(f"layout.{layout}")
    if frame is None:
        raise fields.error("layout", f"no string 'layout.{layout}' here or in the packs used; add it under 'strings'")
    for language, text in frame.items():
        if text.count(LAYOUT_SLOT) != 1:
            raise fields.error("layout", f"'layout.{layout}' in {language!r} must hold {LAYOUT_SLOT} once")
    missing = sorted(set(body) - set(frame))
    if missing:
        raise fields.error("layout", f"'layout.{layout}' has no text in {', '.join(missing)}")
    return {language: frame[language].replace(LAYOUT_SLOT, text) for language, text in body.items()}


def _task(fields: Fields | None) -> TaskTemplate | None:
    if fields is None:
        return None
    task = TaskTemplate(
        title=fields.translated("title"),
        queue=fields.text("queue"),
        due_minutes=fields.whole("due_minutes", least=1),
    )
    fields.done()
    return task
