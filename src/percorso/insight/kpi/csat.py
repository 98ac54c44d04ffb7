"""Customer satisfaction: share of 4 and 5 among answers on five points, and its variants."""

from percorso.insight.kpi.asked import variants_of
from percorso.insight.kpi.scores import Scale, mean_of, net, share_from

FIVE = Scale(kind="csat", low=1.0, high=5.0)
SEVEN = Scale(kind="csat", low=1.0, high=7.0, told=True)


EDGES = {
    "it": "Confrontabile solo tra domande con le stesse parole e lo stesso numero di punti. Chi non risponde non "
    "conta: chi è scontento risponde di più o di meno degli altri.",
    "en": "To be compared only between questions with the same words and the same number of points. Who does not "
    "answer does not count, and the unhappy answer more or less than others.",
}
ALSO = {
    "it": "Le risposte su altre scale non si mescolano e non contano.",
    "en": "Answers on other scales are not pooled and do not count.",
}

variant = variants_of("csat", EDGES, ALSO)

DEFINITION = variant(
    None,
    FIVE,
    share_from(4.0),
    "share",
    {"it": "CSAT", "en": "CSAT"},
    {
        "it": "Quota di risposte 4 o 5 su cinque punti. Intervallo al 95 %: Wilson.",
        "en": "Share of answers 4 or 5 on five points. 95 % interval: Wilson.",
    },
)
VARIANTS = (
    DEFINITION,
    variant(
        "csat_top_box",
        FIVE,
        share_from(5.0),
        "share",
        {"it": "CSAT, solo il massimo", "en": "CSAT, top box"},
        {
            "it": "Quota di risposte 5 su cinque punti. Intervallo al 95 %: Wilson.",
            "en": "Share of answers 5 on five points. 95 % interval: Wilson.",
        },
    ),
    variant(
        "csat_mean",
        FIVE,
        mean_of(1.0, 5.0),
        "score",
        {"it": "CSAT, media", "en": "CSAT, mean"},
        {
            "it": "Media delle risposte su cinque punti. Intervallo al 95 %: t.",
            "en": "Mean of the answers on five points. 95 % interval: t.",
        },
    ),
    variant(
        "csat_net",
        FIVE,
        net(4.0, 2.0),
        "points",
        {"it": "CSAT netto", "en": "Net satisfaction"},
        {
            "it": "Percentuale di 4 e 5 meno percentuale di 1 e 2, in punti. Intervallo al 95 %: Wald corretto.",
            "en": "Share of 4 and 5 less share of 1 and 2, in points. 95 % interval: adjusted Wald.",
        },
    ),
    variant(
        "csat_seven",
        SEVEN,
        share_from(6.0),
        "share",
        {"it": "CSAT su sette punti", "en": "CSAT on seven points"},
        {
            "it": "Quota di risposte 6 o 7 su sette punti. Intervallo al 95 %: Wilson.",
            "en": "Share of answers 6 or 7 on seven points. 95 % interval: Wilson.",
        },
    ),
    variant(
        "csat_hundred",
        FIVE,
        mean_of(1.0, 5.0, to_hundred=True),
        "score",
        {"it": "CSAT da 0 a 100", "en": "CSAT, 0 to 100"},
        {
            "it": "Media delle risposte su cinque punti, riportata da 0 a 100. Intervallo al 95 %: t.",
            "en": "Mean of the answers on five points, stretched to 0 to 100. 95 % interval: t.",
        },
    ),
)
