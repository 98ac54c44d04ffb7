"""The signals there are, in the order of a path. To add one: a file beside this one and a line here."""

from collections.abc import Mapping

from percorso.insight.friction.signal import Signal
from percorso.insight.friction.signals.call_abandoned import SIGNAL as CALL_ABANDONED
from percorso.insight.friction.signals.channel_jump import SIGNAL as CHANNEL_JUMP
from percorso.insight.friction.signals.checkout_abandoned import SIGNAL as CHECKOUT_ABANDONED
from percorso.insight.friction.signals.dead_click import SIGNAL as DEAD_CLICK
from percorso.insight.friction.signals.error import SIGNAL as ERROR
from percorso.insight.friction.signals.form_abandoned import SIGNAL as FORM_ABANDONED
from percorso.insight.friction.signals.late_delivery import SIGNAL as LATE_DELIVERY
from percorso.insight.friction.signals.long_wait import SIGNAL as LONG_WAIT
from percorso.insight.friction.signals.loop import SIGNAL as LOOP
from percorso.insight.friction.signals.quick_back import SIGNAL as QUICK_BACK
from percorso.insight.friction.signals.rage_click import SIGNAL as RAGE_CLICK
from percorso.insight.friction.signals.repeat_contact import SIGNAL as REPEAT_CONTACT
from percorso.insight.friction.signals.retry import SIGNAL as RETRY
from percorso.insight.friction.signals.search_without_result import SIGNAL as SEARCH_WITHOUT_RESULT
from percorso.insight.friction.signals.unhappy import SIGNAL as UNHAPPY

SIGNALS: Mapping[str, Signal] = {
    signal.id: signal
    for signal in (
        SEARCH_WITHOUT_RESULT,
        RAGE_CLICK,
        DEAD_CLICK,
        QUICK_BACK,
        LOOP,
        ERROR,
        RETRY,
        CHECKOUT_ABANDONED,
        FORM_ABANDONED,
        LATE_DELIVERY,
        CHANNEL_JUMP,
        LONG_WAIT,
        CALL_ABANDONED,
        REPEAT_CONTACT,
        UNHAPPY,
    )
}
