"""What is known of people, as tables: traits off the events, consents off their ledger, moods off their evidence.

Each says what the folds say (data/profile.py, model/consent.py, model/feeling.py), for everybody at once.
"""

from collections.abc import Sequence
from functools import reduce
from typing import Any

import ibis

from percorso.insight.seconds import epoch_s
from percorso.model.condition_expr import _json_field, to_expr
from percorso.model.consent import ALL, PERSON_KEYS, parts_of
from percorso.model.feeling import BAD_COUNTS, CALM_WEIGHT, EFFORT_HALF_LIFE, MOOD_HALF_LIFE, FeelingRule, Scale
from percorso.model.person import FEELINGS_KEPT
from percorso.model.time import LATEST, SECOND, to_datetime


def _order(rows: Any) -> Any:
    return ibis.struct({"at": rows.occurred_at, "tie": rows.tie, "id": rows.message_id})


def trait_table(events: Any, name: str) -> Any:
    """(person_id, value): the latest value of a trait, as JSON."""
    rows = events.filter(events.person_id.notnull(), ibis.coalesce(events.type, "") != "group")
    rows = rows.mutate(said=rows.traits.cast("json")[name].cast("string"))
    rows = rows.filter(rows.said.notnull())
    return rows.group_by("person_id").agg(value=rows.said.argmax(_order(rows)))


# consents


def consent_table(ledger: Any, key: str, ends: int) -> Any:
    """(person_id, state) of those who said anything of ``purpose/channel``: what decides, as it stands when the day ends."""
    purpose, channel = parts_of(key)
    own = (ledger.purpose == purpose) & ledger.channel.isin([channel, ALL])
    back = (ledger.purpose == ALL) & ledger.channel.isin([channel, ALL]) & (ledger.state != "granted")
    rows = ledger.filter(own | back)
    until = ibis.coalesce(rows.expires_at, ibis.literal(LATEST, "int64"))
    usual = reduce(lambda a, b: a | b, [rows.voice.startswith(f"{kind}:") for kind in sorted(PERSON_KEYS)])
    is_key = rows.by_key.fill_null(usual)
    rows = rows.mutate(until=until, is_no=(rows.state != "granted").cast("int8"), is_key=is_key)
    voices = rows.group_by("person_id", "voice").agg(
        **{
            name: rows[name].argmax(_standing(rows))
            for name in ("occurred_at", "tie", "message_id", "until", "state", "is_no", "is_key")
        }
    )
    over = (voices.state == "granted") & (voices.until <= ends)
    voices = voices.mutate(now=ibis.ifelse(over, "expired", voices.state))
    voices = voices.mutate(yes=voices.now == "granted")
    return _decided(voices)


def _standing(rows: Any) -> Any:
    return ibis.struct(
        {"at": rows.occurred_at, "tie": rows.tie, "id": rows.message_id, "no": rows.is_no, "less": -rows.until}
    )


def _decided(voices: Any) -> Any:
    """One voice that forbids decides, unless a person key allowed it later than all that do, and no person key forbids."""
    no, late = ~voices.yes, voices.yes & voices.is_key
    found = voices.group_by("person_id").agg(
        final=voices.now.argmax(_standing(voices), where=no),
        key_forbids=(no & voices.is_key).any(),
        allows=late.any(),
        **{f"no_{name}": voices[column].argmax(_standing(voices), where=no) for name, column in _PLACE.items()},
        **{f"yes_{name}": voices[column].argmax(_standing(voices), where=late) for name, column in _PLACE.items()},
    )
    later = (found.yes_at > found.no_at) | (
        (found.yes_at == found.no_at)
        & ((found.yes_tie > found.no_tie) | ((found.yes_tie == found.no_tie) & (found.yes_id > found.no_id)))
    )
    granted = found.final.isnull() | (found.allows & ~found.key_forbids & later.fill_null(False))
    return found.select("person_id", state=ibis.ifelse(granted, "granted", found.final))


_PLACE = {"at": "occurred_at", "tie": "tie", "id": "message_id"}


# mood and effort


def evidence(rules: Sequence[FeelingRule], events: Any) -> Any:
    """(person_id, occurred_at, tie, message_id, rule, mood, effort) of events that say how somebody feels;
    None without rules."""
    rows = events.filter(events.person_id.notnull())
    parts = [part for rule in rules if (part := _of_rule(rule, rows)) is not None]
    return reduce(lambda a, b: a.union(b), parts) if parts else None


def _of_rule(rule: FeelingRule, rows: Any) -> Any:
    met = rows.filter(to_expr(rule.when, rows))
    mood = _scaled(rule.mood, met) if isinstance(rule.mood, Scale) else rule.mood
    if mood is None and not rule.effort:
        return None
    felt = (
        ibis.null("float64")
        if mood is None
        else mood
        if not isinstance(mood, int | float)
        else ibis.literal(float(mood), "float64")
    )
    said = met.select(
        "person_id", "occurred_at", "tie", "message_id",
        rule=ibis.literal(rule.id), mood=felt, effort=ibis.literal(float(rule.effort), "float64"),
    )  # fmt: skip
    return said if rule.effort or not isinstance(rule.mood, Scale) else said.filter(said.mood.notnull())


def _scaled(scale: Scale, rows: Any) -> Any:
    root, *steps = scale.field.split(".")
    value = _json_field(rows[root].cast("json"), steps).number
    low, high = min(scale.low, scale.high), max(scale.low, scale.high)
    if low == high:
        return None
    share = (value - ibis.literal(float(scale.low), "float64")) / ibis.literal(float(scale.high - scale.low), "float64")
    return ibis.ifelse(value.between(low, high), share * 2.0 - 1.0, ibis.null("float64"))


def feelings_table(evidence: Any, ends: int) -> Any:
    """(person_id, mood, effort) at a time, of the latest `FEELINGS_KEPT` pieces of evidence."""
    order = [evidence[name].desc() for name in ("occurred_at", "tie", "message_id", "rule")]
    nth = ibis.row_number().over(ibis.window(group_by="person_id", order_by=order))
    rows = evidence.mutate(nth=nth)
    rows = rows.filter(rows.nth < FEELINGS_KEPT)
    end = ibis.literal(to_datetime(ends).replace(tzinfo=None), "timestamp(6)")
    age = (epoch_s(end) - epoch_s(rows.occurred_at)).cast("float64")
    bad = ibis.ifelse(rows.mood < 0, ibis.literal(BAD_COUNTS, "float64"), ibis.literal(1.0, "float64"))
    rows = rows.mutate(weight=_halved(age, MOOD_HALF_LIFE) * bad, left=rows.effort * _halved(age, EFFORT_HALF_LIFE))
    felt = rows.mood.notnull()
    rows = rows.mutate(share=rows.weight * rows.mood)
    sums = rows.group_by("person_id").agg(
        felt=felt.any(), total=rows.weight.sum(where=felt), told=rows.share.sum(where=felt), effort=rows.left.sum()
    )
    mood = sums.told / (sums.total + ibis.literal(CALM_WEIGHT, "float64"))
    return sums.select("person_id", mood=ibis.ifelse(sums.felt, mood, ibis.null("float64")), effort=sums.effort)


def _halved(age_s: Any, half_life: int) -> Any:
    return ibis.literal(0.5, "float64") ** (age_s / ibis.literal(half_life / SECOND, "float64"))
