"""For machines that watch: alive, ready, figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address

from fastapi import APIRouter, Depends, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from percorso.http.errors import answer_error
from percorso.http.services import Given, Services
from percorso.http.status import behind
from percorso.model.errors import StoreUnavailable, Unauthenticated
from percorso.model.message import MessageState
from percorso.model.source import SourceStatus
from percorso.model.time import SECOND
from percorso.model.verdict import Verdict
from percorso.ports import Figures

LAG_BOUND = 10_000
"""Live events behind, beyond which we are not ready: some two seconds of work for the worker."""
_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")
"""What a proxy adds: the one who asks is not the one who connected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alive:
    """Always true when it answers."""

    alive: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """`behind`: live events not yet folded;  `importing`: imported ones;  `bound`: live ones beyond which not ready;
    `sources_failing`: sources from which nothing can be taken now, which does not make us less ready."""

    ready: bool
    behind: int
    importing: int
    bound: int
    sources_failing: int


router = APIRouter(tags=["health"])


@router.get("/healthz")
def healthz() -> Alive:
    """The process answers."""
    return Alive(alive=True)


@router.get("/readyz", responses={503: {"model": Ready, "description": "Not ready."}})
def readyz(services: Given, response: Response) -> Ready:
    """The log can be written, the state read, and processing of live events keeps up. An import may take its time."""
    services.watch.ready()
    lanes = {lane.lane: lane.behind for lane in services.watch.lanes()}
    ready = lanes.get(0, 0) <= LAG_BOUND
    if not ready:
        response.status_code = 503
    failing = sum(source.error is not None for source in services.sources())
    return Ready(
        ready=ready,
        behind=lanes.get(0, 0),
        importing=lanes.get(1, 0),
        bound=LAG_BOUND,
        sources_failing=failing,
    )


def _may_see_figures(request: Request, services: Given) -> None:
    """This machine may, unless a proxy speaks for somebody else; and who has a secret key."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and services.keys.find("secret", key.strip()) is not None:
        return
    if not _is_of_this_machine(request):
        raise Unauthenticated("figures are for this machine, or for a secret key in Authorization: Bearer")


def _is_of_this_machine(request: Request) -> bool:
    if request.client is None or any(name in request.headers for name in _FORWARDED):
        return False
    try:
        address = ip_address(request.client.host)
    except ValueError:
        return False
    return address.is_loopback


@router.get("/metrics", response_class=Response, dependencies=[Depends(_may_see_figures)])
def metrics(services: Given) -> Response:
    """Prometheus figures."""
    try:
        services.watch.ready()
    except StoreUnavailable as error:
        return answer_error(error)
    registry = CollectorRegistry()
    registry.register(_Figures(services))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


class _Figures:
    """Reads the figures once per scrape."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def collect(self) -> list[Metric]:
        figures = self._services.watch.figures(self._services.clock.now())
        return [*_counters(figures), *_gauges(figures, self._services), *_sources(self._services.sources())]


def _counters(figures: Figures) -> list[Metric]:
    items = CounterMetricFamily("percorso_items", "Items taken in, by verdict.", labels=["verdict"])
    for verdict in Verdict:
        items.add_metric([verdict.value], figures.total.get(verdict, 0))
    return [items]


def _sources(statuses: Sequence[SourceStatus]) -> list[Metric]:
    items = CounterMetricFamily("percorso_source_items", "What came of a source.", labels=["source", "became"])
    failing = GaugeMetricFamily("percorso_source_failing", "1 while nothing can be taken.", labels=["source"])
    last = GaugeMetricFamily("percorso_source_last_seconds", "When something last came, Unix time.", labels=["source"])
    for status in statuses:
        for became, count in status.counts.items():
            items.add_metric([status.source, became], count)
        failing.add_metric([status.source], float(status.error is not None))
        if status.at is not None:
            last.add_metric([status.source], status.at / SECOND)
    return [items, failing, last]


def _gauges(figures: Figures, services: Services) -> list[Metric]:
    lag = GaugeMetricFamily("percorso_processing_lag_events", "Events not yet folded, by lane.", labels=["lane"])
    for lane in figures.lanes:
        lag.add_metric(["live" if lane.lane == 0 else "import"], lane.behind)
    outbox = GaugeMetricFamily("percorso_messages", "Messages in the outbox, by state.", labels=["state"])
    for state in MessageState:
        outbox.add_metric([state.value], figures.outbox.get(state, 0))
    head = max((lane.head for lane in figures.lanes), default=0)
    build = GaugeMetricFamily("percorso_build_info", "The version that runs.", labels=["version"])
    build.add_metric([services.version], 1)
    return [
        build,
        lag,
        outbox,
        CounterMetricFamily(
            "percorso_about_clients",
            "Calls in which clients told of themselves (/v1/m).",
            value=services.collector.counts["about_clients"],
        ),
        GaugeMetricFamily("percorso_log_head_seq", "Last place taken in the log.", value=head),
        GaugeMetricFamily("percorso_sealed_seq", "Last place of the log in the lake.", value=figures.sealed),
        GaugeMetricFamily(
            "percorso_unsealed_events", "Places of the log not yet in the lake.", value=head - figures.sealed
        ),
        GaugeMetricFamily("percorso_events_behind", "Events not yet folded.", value=behind(figures.lanes)),
        GaugeMetricFamily("percorso_tasks_open", "Open tasks.", value=figures.tasks_open),
        GaugeMetricFamily("percorso_tasks_overdue", "Open tasks past their deadline.", value=figures.tasks_overdue),
        GaugeMetricFamily("percorso_relay_waiting", "Own events on their way into the log.", value=figures.relay),
    ]
