"""The KPIs, one file each. Add one: its file, its line in `KPIS`, its test."""

from collections.abc import Mapping

from percorso.insight.kpi import asa, csat, nps, repeat_purchase
from percorso.insight.kpi.definition import Definition

KPIS: Mapping[str, Definition] = {
    definition.kpi: definition
    for definition in (nps.DEFINITION, csat.DEFINITION, repeat_purchase.DEFINITION, asa.DEFINITION)
}
