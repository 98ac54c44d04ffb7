"""The pages, with an address of each that shows something."""

from collections.abc import Mapping
from typing import Any

from tests.browser.conftest import Demo

FIXED: Mapping[str, str] = {
    "today": "/",
    "essential": "/?mode=essential",
    "journey": "/journey",
    "journey-table": "/journey?view=table",
    "journey-compared": "/journey?compare=before",
    "board": "/kpis",
    "kpi": "/kpis/csat",
    "definitions": "/definitions",
    "touchpoints": "/touchpoints?silent=shown",
    "paths": "/paths",
    "friction": "/friction",
    "roadmap": "/roadmap",
    "paths-before": "/paths?by=touchpoint&direction=before&once=1",
    "funnels": "/funnels?step=%5B%22Product%20Viewed%22%2C%22Order%20Completed%22%5D&days=30&by=channel",
    "funnels-empty": "/funnels",
    "retention": "/retention",
    "people": "/people",
    "households": "/households",
    "matches": "/matches",
    "matches-accepted": "/matches?state=accepted",
    "identity": "/identity",
    "live": "/live",
    "quality": "/quality",
    "quality-of-web": "/quality?source=web",
    "plan": "/plan",
    "plan-of-one": "/plan?event=Order%20Completed",
    "quarantine": "/quarantine",
    "quarantine-replayed": "/quarantine?state=replayed",
    "quarantine-one": "/quarantine?source=web&open=1",
    "inbox": "/inbox",
    "tasks": "/tasks",
    "playbooks": "/playbooks",
    "privacy": "/privacy",
    "audit": "/audit",
    "audit-of-one-act": "/audit?act=people.listed",
    "settings": "/settings",
    "lost": "/nowhere",
}


def pages_of(demo: Demo) -> dict[str, str]:
    """Every page; the person is the one with the most events among those seen last."""
    return {
        **FIXED,
        "person": f"/people/{liveliest(demo)['person_id']}",
        "stage": f"/journey?stage={stage(demo)}&lens=experience",
    }


def liveliest(demo: Demo) -> dict[str, Any]:
    """A person with much to show."""
    people: Any = demo.get("/api/people?limit=50")
    found: dict[str, Any] = max(people["people"], key=lambda person: person["events"])
    return found


def stage(demo: Demo) -> str:
    """A stage after the purchase, where people have something to say."""
    config: Any = demo.get("/api/config")
    return str(next(one["id"] for one in config["journeys"][0]["stages"] if one["phase"] == "after"))
