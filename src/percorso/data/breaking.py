"""What one plan refuses that another lets pass, and how many of the events that were counted have it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from percorso.data.plan_schema import allows, at, format_of, paths_of, types_of, words_of
from percorso.data.planning import Seen, generate
from percorso.model.plan import EventPlan, Plan

BreakKind = Literal["required", "type", "removed", "enum", "event_removed", "new_events"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """A change of the plan that refuses, or takes apart, what passed before. events: those of the last days that have it."""

    kind: BreakKind
    name: str
    path: str
    events: int


def breaking(old: Plan, new: Plan, seen: Mapping[str, Seen]) -> list[Break]:
    """Changes from one plan to the next that can refuse what passed. An event that was not planned breaks nothing old,
    but what it refuses of what is seen is told too."""
    found: list[Break] = []
    for name, plan in new.events.items():
        before = old.events.get(name)
        told = seen.get(name, Seen())
        found += _event_breaks(before, plan, told)
    strict = new.new_events != "evolve"
    if strict and old.new_events == "evolve":
        unplanned = sum(one.events for name, one in seen.items() if name not in new.events)
        if unplanned:
            found.append(Break(kind="new_events", name="", path="", events=unplanned))
    if strict:
        gone = [name for name in old.events if name not in new.events]
        found += [
            Break(kind="event_removed", name=name, path="", events=seen.get(name, Seen()).events) for name in gone
        ]
    return found


def _event_breaks(before: EventPlan | None, plan: EventPlan, seen: Seen) -> list[Break]:
    found: list[Break] = []
    old = before.schema if before is not None else generate(plan.name, seen).schema
    strict_types, strict_new = plan.types != "evolve", plan.new_properties != "evolve"
    tightened = before is not None and before.types == "evolve" and strict_types

    def add(kind: BreakKind, path: str, events: int) -> None:
        found.append(Break(kind=kind, name=plan.name, path=path, events=events))

    for path in plan.schema.get("required", []):
        if path not in old.get("required", []) or tightened:
            missing = max(0, seen.events - sum(seen.paths.get(path, {}).values()))
            if missing or path not in old.get("required", []):
                add("required", path, missing)
    for path in sorted({*seen.paths, *paths_of(old)}):
        was, now = at(old, path), at(plan.schema, path)
        counts = seen.paths.get(path, {})
        if was is not None and now is None and "." not in path and (strict_new or before is not None):
            add("removed", path, sum(counts.values()))
        elif now is not None and (was is not None or tightened):
            narrower = types_of(was or {}) - types_of(now) if types_of(now) else set()
            narrower -= {"integer"} if "number" in types_of(now) else set()
            refused = sum(n for kind, n in counts.items() if not allows(now, kind))
            shaped = format_of(now) is not None and format_of(now) != format_of(was or {})
            if narrower or ((tightened or shaped) and refused):
                add("type", path, refused)
            lost = set(words_of(was or {})) - set(words_of(now)) if words_of(now) else set()
            if lost or (words_of(now) and was is not None and not words_of(was)):
                words = seen.words.get(path, {})
                add("enum", path, sum(one.events for word, one in words.items() if word and word not in words_of(now)))
    return found
