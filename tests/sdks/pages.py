"""The clients for pages, and how a page of a shop starts each."""

from dataclasses import dataclass

from tests.sdks.clients import FIVE, INSTALLED, installed_version

MODULES = INSTALLED / "node" / "node_modules"

_SEGMENT = """({ key, host }) => ({ client: AnalyticsNext.AnalyticsBrowser.load(
    { writeKey: key, cdnSettings: { integrations: { 'Segment.io': { apiKey: key } } } },
    { integrations: { 'Segment.io': {
        apiHost: `${host.replace('http://', '')}/v1`, protocol: 'http', deliveryStrategy: DELIVERY,
    } } },
) })"""
_SEGMENT_BY_SETTINGS = """({ key, host }) => (
    { client: AnalyticsNext.AnalyticsBrowser.load({ writeKey: key, cdnURL: host }) }
)"""
_RUDDERSTACK = """async ({ key, host }) => {
    const client = new rudderanalytics.RudderAnalytics()
    client.load(key, host, { configUrl: host, polyfillIfRequired: false, ...OPTIONS })
    await new Promise((ready) => client.ready(ready))
    return { client }
}"""
_JITSU = """async ({ key, host, shop }) => {
    const { jitsuAnalytics } = await import(`${shop}/@jitsu/js/dist/jitsu.es.js`)
    const raw = jitsuAnalytics({ host, writeKey: `${key}:-` })
    const client = {
        identify: (id, traits) => raw.identify(id, traits),
        track: (event, properties) => raw.track(event, properties),
        page: (category, name) => raw.page({ category, name }),
        group: (id, traits) => raw.group(id, traits),
    }
    return { client }
}"""
_SEGMENT_SCRIPT = "/@segment/analytics-next/dist/umd/index.js"
_RUDDERSTACK_SCRIPT = "/@rudderstack/analytics-js/dist/npm/modern/bundled/umd/index.js"


@dataclass(frozen=True, kw_only=True)
class PageClient:
    """A client for pages.

    how              the way it delivers, in words
    start            JavaScript that gives ``{ client }`` with identify, track, page, group and alias
    script           what the page loads before, None when `start` imports it
    others, resends  as in `clients.Client`
    beacon           it sends when the page closes
    """

    package: str
    how: str
    start: str
    script: str | None
    others: tuple[str, ...] = FIVE
    resends: bool = True
    beacon: bool = False

    @property
    def name(self) -> str:
        return f"{self.package.replace('@', '').replace('/', '.')}-{self.how.replace(' ', '-')}"

    def version(self) -> str:
        return installed_version(self.package, "node")


def _segment(how: str, start: str) -> PageClient:
    return PageClient(package="@segment/analytics-next", how=how, start=start, script=_SEGMENT_SCRIPT)


def _rudderstack(how: str, options: str, *, beacon: bool = False) -> PageClient:
    return PageClient(
        package="@rudderstack/analytics-js",
        how=how,
        start=_RUDDERSTACK.replace("OPTIONS", options),
        script=_RUDDERSTACK_SCRIPT,
        beacon=beacon,
        resends=not beacon,
    )


PAGES = (
    _segment("one by one", _SEGMENT.replace("DELIVERY", "{ strategy: 'standard' }")),
    _segment("batching", _SEGMENT.replace("DELIVERY", "{ strategy: 'batching', config: { size: 10, timeout: 300 } }")),
    _segment("settings from us", _SEGMENT_BY_SETTINGS),
    _rudderstack("one by one", "{}"),
    _rudderstack("batching", "{ queueOptions: { batch: { enabled: true, maxItems: 10, flushInterval: 300 } } }"),
    _rudderstack("beacon", "{ useBeacon: true, beaconQueueOptions: { flushQueueInterval: 500 } }", beacon=True),
    PageClient(
        package="@jitsu/js",
        how="one by one",
        start=_JITSU,
        script=None,
        others=("identify", "page", "group"),
        resends=False,
    ),
)
