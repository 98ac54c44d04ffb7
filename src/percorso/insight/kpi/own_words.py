"""What a company's own KPI means, in words: its own, and how it is counted."""

from collections.abc import Mapping

from percorso.model.own_kpi import OwnKpi
from percorso.model.touchpoint import Text

_COUNTED: Mapping[str, Text] = {
    "count": {
        "it": "Numero di eventi che rispondono alla condizione. Intervallo al 95 %: Garwood, per gruppi di persone.",
        "en": "Number of events that meet the condition. 95 % interval: Garwood, clustered by person.",
    },
    "share": {
        "it": "Degli eventi della condizione, quanti rispondono anche alla seconda. Intervallo al 95 %: Wilson, per gruppi "
        "di persone.",
        "en": "Of the events that meet the condition, how many also meet the second one. 95 % interval: Wilson, clustered by "
        "person.",
    },
    "sum": {
        "it": "Somma di {value} negli eventi della condizione. Intervallo al 95 %: normale, per gruppi di persone.",
        "en": "Sum of {value} over the events that meet the condition. 95 % interval: normal, clustered by person.",
    },
    "mean": {
        "it": "Media di {value} negli eventi della condizione. Intervallo al 95 %: t, per gruppi di persone.",
        "en": "Mean of {value} over the events that meet the condition. 95 % interval: t, clustered by person.",
    },
    "quantile": {
        "it": "Il valore di {value} che {share} degli eventi della condizione non superano, arrotondato a {step}. Intervallo "
        "al 95 %: ranghi.",
        "en": "The value of {value} that {share} of the events that meet the condition do not exceed, rounded to {step}. 95 % "
        "interval: order statistics.",
    },
}
_VALUED: Text = {
    "it": "Un evento senza un numero in {value} non conta.",
    "en": "An event without a number in {value} does not count.",
}
_MONEY: Text = {
    "it": "Contano solo gli eventi in {currency}: le valute non si sommano mai.",
    "en": "Only events in {currency} count: currencies are never added up.",
}
_TOTAL: Text = {
    "it": "Cresce con la lunghezza del periodo: si confrontano solo periodi di ugual durata.",
    "en": "It grows with the length of the period: compare only periods of equal length.",
}
_ALONE: Text = {
    "it": "L'intervallo tratta gli eventi di una stessa persona come indipendenti.",
    "en": "The interval takes the events of one person as independent.",
}


def about(own: OwnKpi) -> Text:
    """What it means: the company's words, then how it is counted."""
    return _joined(own, [own.about, _COUNTED[own.measure]])


def edges(own: OwnKpi) -> Text:
    """What to bear in mind."""
    told = [
        *([_VALUED] if own.value else []),
        *([_MONEY] if own.currency else []),
        *([_TOTAL] if own.measure in ("count", "sum") else []),
        *([_ALONE] if own.measure == "quantile" else []),
    ]
    return _joined(own, told)


def _joined(own: OwnKpi, told: list[Text]) -> Text:
    share = "" if own.quantile is None else f"{100 * own.quantile:g} %"
    given = {"value": own.value_name, "share": share, "step": f"{own.step or 0:g}", "currency": own.currency or ""}
    return {
        language: " ".join(_filled(text[language], given) for text in told if text.get(language))
        for language in ("it", "en")
    }


def _filled(text: str, given: Mapping[str, str]) -> str:
    """The places filled in; other braces are the company's own."""
    for name, value in given.items():
        text = text.replace(f"{{{name}}}", value)
    return text
