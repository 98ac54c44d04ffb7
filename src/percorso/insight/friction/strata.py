"""Visits with a signal set against visits without it that are otherwise alike: sums for the statistics.

Alike means: of the same touchpoint and stage, device (else channel) and calendar week (of what is rare, of four weeks, or of
any), of people who had or had not bought in the last 90 days, and had or had not been in touch in the last 7 (coarsened exact
matching; Iacus, King & Porro 2012). What has nobody like it is left out, and how much that is is told.
"""

from typing import Any

import ibis

from percorso.insight.friction.outcomes import MEASURES
from percorso.insight.friction.visits import FEWEST

CELL = ("signal", "touchpoint", "stage")
ALIKE = ("device", "period", "bought", "contacted")
OFTEN, SELDOM = 200, 50
"""What is met less often at a touchpoint and stage is matched by four weeks instead of one, or by none: an incident that hits
all of a device for weeks leaves nobody in those weeks to be compared with."""
ANY_WEEK = 5_200
"""So many weeks that all are in one period."""
MOST_SUBJECTS = 6


def with_subjects(visits: Any) -> Any:
    """Expression: visits of cells that were hit often enough, with small subjects left out."""
    hits = visits.filter(visits.hit)
    named = hits.filter(hits.subject.notnull()).group_by(*CELL, "subject").agg(n=lambda rows: rows.count())
    turn = ibis.row_number().over(
        ibis.window(group_by=[named[key] for key in CELL], order_by=[ibis.desc(named.n), named.subject])
    )
    kept = named.mutate(turn=turn).filter(lambda row: (row.n >= FEWEST) & (row.turn < MOST_SUBJECTS))
    cells = hits.group_by(*CELL).agg(n=lambda rows: rows.count()).filter(lambda row: row.n >= FEWEST)
    weeks = ibis.cases((cells.n >= OFTEN, 1), (cells.n >= SELDOM, 4), else_=ANY_WEEK).cast("int64")
    often = visits.inner_join(cells.select(*CELL, weeks=weeks), list(CELL))
    joined = often.left_join(kept.select(*CELL, "subject", known=kept.subject), [*CELL, "subject"])
    return joined.select(
        *(often[name] for name in (*visits.columns, "weeks") if name != "subject"),
        subject=ibis.ifelse(often.hit, ibis.coalesce(joined.known, ""), ibis.null("string")),
    )


def hit_strata(visits: Any) -> Any:
    """Expression: by cell, subject, week and what is alike: the hit visits, n_ and y_ of each measure."""
    hits = visits.filter(visits.hit)
    return hits.group_by(*CELL, "subject", "week", *ALIKE).agg(**_sums(hits))


def other_strata(visits: Any) -> Any:
    """Expression: by cell, week and what is alike: the visits that were not hit."""
    others = visits.filter(~visits.hit)
    return others.group_by(*CELL, "week", *ALIKE).agg(**_sums(others))


def _sums(rows: Any) -> dict[str, Any]:
    sums: dict[str, Any] = {}
    for name in MEASURES:
        sums[f"n_{name}"] = rows[name].count()
        sums[f"y_{name}"] = ibis.coalesce(rows[name].sum(), 0).cast("int64")
    return sums


def counts(visits: Any) -> Any:
    """Expression: by cell and subject, how many visits and people were hit; those not hit have a null subject."""
    return visits.group_by(*CELL, "subject").agg(
        visits=visits.count(), people=visits.person_id.nunique(), weeks=visits.weeks.max()
    )


def matched(hits: Any, others: Any) -> Any:
    """Expression: strata that have both, with n1, n0 and the share p0 of those not hit, for each measure.

    A share of one visit has no variance that could be told: strata with fewer than two others are left out.
    """
    both = _added_up(hits, "subject").inner_join(_added_up(others), [*CELL, *ALIKE], rname="{name}_other")
    columns: dict[str, Any] = {}
    for name in MEASURES:
        n1, n0 = both[f"n_{name}"], both[f"n_{name}_other"]
        enough = (n1 > 0) & (n0 > 1)
        columns[f"n1_{name}"] = ibis.ifelse(enough, n1, 0)
        columns[f"n0_{name}"] = ibis.ifelse(enough, n0, 0)
        share = both[f"y_{name}_other"].cast("float64") / n0.nullif(0).cast("float64")
        columns[f"p0_{name}"] = ibis.ifelse(enough, share, ibis.null("float64"))
        columns[f"y1_{name}"] = ibis.ifelse(enough, both[f"y_{name}"], 0)
    return both.select(*CELL, "subject", *ALIKE, **columns)


def _added_up(strata: Any, *more: str) -> Any:
    """The sums of several weeks as those of one stratum."""
    sums = {f"{part}_{name}": strata[f"{part}_{name}"].sum() for name in MEASURES for part in ("n", "y")}
    return strata.group_by(*CELL, *more, *ALIKE).agg(**sums)


def wholes(matched: Any) -> Any:
    """Expression: of each friction and measure n1, y1, the expected y0 and how many others there are."""
    sums: dict[str, Any] = {}
    for name in MEASURES:
        n1 = matched[f"n1_{name}"]
        expected = (n1.cast("float64") * matched[f"p0_{name}"]).sum()
        sums[f"n1_{name}"] = n1.sum()
        sums[f"n0_{name}"] = matched[f"n0_{name}"].sum()
        sums[f"y1_{name}"] = matched[f"y1_{name}"].sum()
        sums[f"e0_{name}"] = ibis.coalesce(expected, ibis.literal(0.0, "float64"))
    return matched.group_by(*CELL, "subject").agg(**sums)


def spread(visits: Any, matched: Any, wholes: Any) -> Any:
    """Expression: by friction, for each measure the squared deviations added up by person, hit and others apart.

    One person's visits are not independent of one another, so what each adds to the excess is added up by person first (a
    cluster-robust variance).
    """
    whole = wholes.select(
        *CELL,
        "subject",
        **{f"total_{name}": wholes[f"n1_{name}"].nullif(0).cast("float64") for name in MEASURES},
        **{
            f"excess_{name}": (wholes[f"y1_{name}"].cast("float64") - wholes[f"e0_{name}"])
            / ibis.ifelse(wholes[f"n1_{name}"] > 0, wholes[f"n1_{name}"], 1).cast("float64")
            for name in MEASURES
        },
    )
    strata = matched.inner_join(whole, [*CELL, "subject"])
    hits = visits.filter(visits.hit).inner_join(strata, [*CELL, "subject", *ALIKE])
    others = visits.filter(~visits.hit).drop("subject").inner_join(strata, [*CELL, *ALIKE])
    columns = (*CELL, "subject", "person_id")
    parts = hits.select(*columns, **_added(hits, 1.0)).union(others.select(*columns, **_added(others, 0.0)))
    people = parts.group_by(list(columns)).agg(**{name: parts[name].sum() for name in MEASURES})
    return people.group_by(*CELL, "subject").agg(
        **{f"v_{name}": (people[name] * people[name]).sum() for name in MEASURES}
    )


def _added(rows: Any, hit: float) -> dict[str, Any]:
    """What each visit adds to the excess of its friction, less what was to be expected of it."""
    none = ibis.literal(0.0, "float64")
    added: dict[str, Any] = {}
    for name in MEASURES:
        y, p0 = rows[name].cast("float64"), rows[f"p0_{name}"]
        if hit:
            part = (y - p0 - rows[f"excess_{name}"]) / rows[f"total_{name}"]
        else:
            n0 = rows[f"n0_{name}"].cast("float64")
            weight = rows[f"n1_{name}"].cast("float64") / rows[f"total_{name}"]
            part = -weight * (y - p0) / (n0 * (n0 - 1.0)).sqrt().nullif(0.0)
        added[name] = ibis.coalesce(part, none)
    return added
