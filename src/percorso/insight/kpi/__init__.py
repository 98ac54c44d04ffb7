"""The KPIs, one file each. Add one: its file, its line in `VARIANTS`, its test."""

from collections.abc import Mapping

from percorso.insight.kpi import (
    abandonment,
    aht,
    asa,
    ces,
    churn,
    churn_inactive,
    clv,
    complaints,
    complaints_handled,
    csat,
    early_churn,
    fcr,
    nps,
    one_and_done,
    repeat_purchase,
    return_rate,
    service_level,
)
from percorso.insight.kpi.definition import Definition

VARIANTS: Mapping[str, tuple[Definition, ...]] = {
    variants[0].kpi: variants
    for variants in (
        nps.VARIANTS,
        csat.VARIANTS,
        ces.VARIANTS,
        fcr.VARIANTS,
        one_and_done.VARIANTS,
        asa.VARIANTS,
        abandonment.VARIANTS,
        service_level.VARIANTS,
        aht.VARIANTS,
        complaints.VARIANTS,
        complaints_handled.VARIANTS,
        return_rate.VARIANTS,
        repeat_purchase.VARIANTS,
        churn.VARIANTS,
        early_churn.VARIANTS,
        churn_inactive.VARIANTS,
        clv.VARIANTS,
    )
}
"""KPI -> its variants, the default first."""

KPIS: Mapping[str, Definition] = {kpi: variants[0] for kpi, variants in VARIANTS.items()}
"""KPI -> its default."""
