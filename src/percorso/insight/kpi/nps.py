"""Net promoter score: share of 9 and 10 less share of 0 to 6, in points; answers on 0 to 10 only."""

from percorso.insight.kpi.answers import READS
from percorso.insight.kpi.definition import Definition
from percorso.insight.kpi.scores import Scale, net

_SCALE, _MEASURE = Scale(kind="nps", low=0.0, high=10.0), net(9.0, 6.0)

DEFINITION = Definition(
    kpi="nps",
    version=1,
    name={"it": "NPS", "en": "NPS"},
    about={
        "it": "Percentuale di chi risponde 9 o 10 meno percentuale di chi risponde da 0 a 6, su scala da 0 a 10. "
        "Contano tutte le risposte. Intervallo al 95 %: Wald corretto.",
        "en": "Share answering 9 or 10 less share answering 0 to 6, on a scale of 0 to 10. Every answer counts. "
        "95 % interval: adjusted Wald.",
    },
    edges={
        "it": "Con 50 risposte l'intervallo è largo circa 43 punti: una settimana da sola dice poco. Le risposte su altre "
        "scale non contano; chi corregge la risposta allo stesso messaggio conta una volta.",
        "en": "With 50 answers the interval is about 43 points wide: one week says little. Answers on other scales do not "
        "count; who corrects an answer to the same message counts once.",
    },
    unit="points",
    better="higher",
    theme="voice",
    names=("Survey Answered",),
    reads=READS,
    returns=_MEASURE.returns,
    units=_SCALE.units,
    sums=_MEASURE.sums,
    estimate=_MEASURE.estimate,
)
VARIANTS = (DEFINITION,)
