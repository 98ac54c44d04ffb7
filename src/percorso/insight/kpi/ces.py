"""Customer effort score: share of 5 to 7 who say that it was made easy (CES 2.0), and its variants."""

from percorso.insight.kpi.asked import variants_of
from percorso.insight.kpi.scores import Scale, mean_of, net, share_from

EASE = Scale(kind="ces", low=1.0, high=7.0)
EFFORT = Scale(kind="ces", low=1.0, high=5.0, told=True, best="low")
"""CES 1.0 asks how much effort it was, on five points: low is good."""


EDGES = {
    "it": "Si chiede dopo un compito, nel punto di contatto dove è stato svolto. CES 1.0 chiede lo sforzo e lì il voto "
    "basso è buono: le due scale non si mescolano mai.",
    "en": "To be asked after a task, at the touchpoint where it was done. CES 1.0 asks for the effort, and there a low "
    "score is good: the two scales are never pooled.",
}
variant = variants_of("ces", EDGES)

DEFINITION = variant(
    None,
    EASE,
    share_from(5.0),
    "share",
    {"it": "CES", "en": "CES"},
    {
        "it": "Quota di chi risponde da 5 a 7 su sette punti a «È stato facile» (CES 2.0). Intervallo al 95 %: Wilson.",
        "en": "Share answering 5 to 7 on seven points to “It was easy” (CES 2.0). 95 % interval: Wilson.",
    },
)
VARIANTS = (
    DEFINITION,
    variant(
        "ces_strict",
        EASE,
        share_from(6.0),
        "share",
        {"it": "CES, 6 e 7", "en": "CES, 6 and 7"},
        {
            "it": "Quota di risposte 6 o 7 su sette punti. Intervallo al 95 %: Wilson.",
            "en": "Share of answers 6 or 7 on seven points. 95 % interval: Wilson.",
        },
    ),
    variant(
        "ces_mean",
        EASE,
        mean_of(1.0, 7.0),
        "score",
        {"it": "CES, media", "en": "CES, mean"},
        {
            "it": "Media delle risposte su sette punti. Intervallo al 95 %: t.",
            "en": "Mean of the answers on seven points. 95 % interval: t.",
        },
    ),
    variant(
        "ces_net_easy",
        EASE,
        net(5.0, 3.0),
        "points",
        {"it": "CES, facile netto", "en": "CES, net easy"},
        {
            "it": "Percentuale da 5 a 7 meno percentuale da 1 a 3, in punti. Intervallo al 95 %: Wald corretto.",
            "en": "Share of 5 to 7 less share of 1 to 3, in points. 95 % interval: adjusted Wald.",
        },
    ),
    variant(
        "ces_1",
        EFFORT,
        share_from(4.0),
        "share",
        {"it": "CES 1.0, poco sforzo", "en": "CES 1.0, low effort"},
        {
            "it": "Quota di chi risponde 1 o 2 su cinque punti a «Quanto sforzo ha richiesto?» (CES 1.0: basso è buono). "
            "Intervallo al 95 %: Wilson.",
            "en": "Share answering 1 or 2 on five points to “How much effort was it?” (CES 1.0: low is good). "
            "95 % interval: Wilson.",
        },
    ),
)
