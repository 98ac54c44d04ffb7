"""Queries for identifiers that stand out, as SQLite writes them; none of them reads a profile."""

from collections.abc import Mapping

from percorso.model.time import DAY
from percorso.ports.identity import BurstOf

MEMBERS = 200
"""Of an identifier shared by more, nobody wants to see the people."""

SHARED = """
select s.weaker, s.others
from (select weaker, strength, count(*) as others from identity_assertions group by weaker, strength
      having count(*) >= ? and count(*) <= ?) s
join nodes n on n.node_id = s.weaker
cross join (select ? as kinds) asked
where (n.base is null or n.claimed = 1) and n.parent_id is null and n.candidates is not null
  and (json_array_length(asked.kinds) = 0 or n.kind in (select value from json_each(asked.kinds)))
  and not exists (select 1 from identity_assertions t where t.weaker = s.weaker and t.strength < s.strength)
order by s.others desc, s.weaker limit ?"""
"""(node id, how many): seen with so many of the strongest class it was ever seen with, and hanging on none of them."""

HOLDERS = """
select a.weaker, n.person_id from identity_assertions a join nodes n on n.node_id = a.stronger
where not exists (select 1 from identity_assertions t where t.weaker = a.weaker and t.strength < a.strength) and a.weaker"""


def _burst(of: str) -> str:
    return f"""
with many as (select {of} as id from identity_assertions group by {of} having count(*) >= ?),
seen as (select a.{of} as id, a.occurred_at as at from identity_assertions a join many on many.id = a.{of}
         join nodes n on n.node_id = a.weaker and (n.base is null or n.claimed = 1)),
counted as (select id, count(*) over day as others, min(at) over day as since from seen
            window day as (partition by id order by at range between {DAY} preceding and current row)),
best as (select id, others, since, row_number() over (partition by id order by others desc, since) as place from counted)
select id, others, since from best where place = 1 and others >= ? order by others desc, id limit ?"""


BURSTS: Mapping[BurstOf, str] = {
    "weaker": _burst("stronger"),
    "stronger": _burst("weaker"),
}
"""(node id, how many within a day, since when), of what is weaker and of what is stronger. Session windows do not count."""
