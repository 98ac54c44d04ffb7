"""Words of the printed board."""

from collections.abc import Mapping

from percorso.model.touchpoint import Text

THEMES: Mapping[str, Text] = {
    "voice": {"it": "Che cosa dicono", "en": "What people say"},
    "service": {"it": "Come li serviamo", "en": "How they are served"},
    "loyalty": {"it": "Se restano", "en": "Whether they stay"},
    "returns": {"it": "Che cosa torna indietro", "en": "What comes back"},
    "value": {"it": "Quanto valgono", "en": "What they are worth"},
    "own": {"it": "I nostri", "en": "Our own"},
}
"""In the order of the page."""

WORDS: Mapping[str, Text] = {
    "title": {"it": "Indicatori", "en": "KPIs"},
    "lead": {
        "it": "Dal {start} al {end}, a confronto con i {days} giorni prima.",
        "en": "{start} to {end}, against the {days} days before.",
    },
    "kpi": {"it": "Indicatore", "en": "KPI"},
    "value": {"it": "Valore", "en": "Value"},
    "interval": {"it": "Intervallo al 95 %", "en": "95 % interval"},
    "n": {"it": "n", "en": "n"},
    "change": {"it": "Rispetto a prima", "en": "Against before"},
    "weeks": {"it": "Ultime 13 settimane", "en": "Last 13 weeks"},
    "between": {"it": "da {low} a {high}", "en": "{low} to {high}"},
    "apart": {"it": "{value} (da {low} a {high})", "en": "{value} ({low} to {high})"},
    "unclear": {
        "it": "{value} (da {low} a {high}): può essere un caso",
        "en": "{value} ({low} to {high}): may be chance",
    },
    "at_higher": {
        "it": "Obiettivo: almeno {value} entro il {due}, {owner}",
        "en": "Target: at least {value} by {due}, {owner}",
    },
    "at_lower": {
        "it": "Obiettivo: al più {value} entro il {due}, {owner}",
        "en": "Target: at most {value} by {due}, {owner}",
    },
    "met": {"it": "raggiunto", "en": "met"},
    "missed": {"it": "non raggiunto", "en": "not met"},
    "not_yet": {"it": "non ancora raggiunto", "en": "not met yet"},
    "open": {
        "it": "non si può dire: l’obiettivo sta dentro l’intervallo",
        "en": "cannot be told: the target lies inside the interval",
    },
    "few": {"it": "non si può dire: meno di 10 casi", "en": "cannot be told: fewer than 10 cases"},
    "open_end": {"it": "Non ancora completo: può ancora cambiare.", "en": "Not yet complete: it may still change."},
    "how": {
        "it": "Un valore che poggia su meno di 10 casi non è mostrato. Una differenza è sicura solo se il suo intervallo esclude "
        "lo zero.",
        "en": "A value that rests on fewer than 10 cases is not shown. A difference is sure only when its interval excludes "
        "nought.",
    },
    "silent": {"it": "Senza dati nel periodo: {names}.", "en": "Without data in the period: {names}."},
    "months": {
        "it": "gen feb mar apr mag giu lug ago set ott nov dic",
        "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    },
}
