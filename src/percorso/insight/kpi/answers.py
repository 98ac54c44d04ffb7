"""Survey answers, each person's last word: who answers one message twice, with another score, has changed their mind."""

from typing import Any

import ibis

READS = ("name", "survey_kind", "score", "scale", "reply_to", "occurred_at", "tie", "message_id")


def answers(events: Any, kind: str, low: float, high: float) -> Any:
    """Answers of one kind on the scale from `low` to `high`, all columns kept.

    An answer on another scale is none: scales are never pooled. Of several answers to one message of ours only the last
    counts; answers that came otherwise all count.
    """
    told = events.filter(
        events.name == "Survey Answered",
        events.survey_kind == kind,
        events.score.between(low, high),
        events.scale.isnull() | (events.scale == high),
    )
    replies = told.filter(told.reply_to.notnull())
    newest = [replies.occurred_at.desc(), replies.tie.desc(), replies.message_id.desc()]
    again = ibis.row_number().over(ibis.window(group_by=[replies.reply_to], order_by=newest))
    last = replies.mutate(again=again).filter(lambda row: row.again == 0).drop("again")
    return told.filter(told.reply_to.isnull()).union(last)
