/** The map of addresses. Every page is its own chunk. */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { Failure, Loading } from "@/parts/Await";
import { NotFound } from "@/pages/entry/NotFound";
import { Shell } from "@/shell/Shell";
import {
  auditSearch,
  frictionSearch,
  funnelSearch,
  inboxSearch,
  journeySearch,
  identitySearch,
  kpiSearch,
  liveSearch,
  matchesSearch,
  pathsSearch,
  peopleSearch,
  personSearch,
  planSearch,
  playbookSearch,
  qualitySearch,
  quarantineSearch,
  retentionSearch,
  tasksSearch,
  todaySearch,
  touchpointsSearch,
} from "./search";

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound });

const today = createRoute({
  getParentRoute: () => root,
  path: "/",
  validateSearch: todaySearch,
  component: lazyRouteComponent(() => import("@/pages/today/TodayPage"), "TodayPage"),
});
const journey = createRoute({
  getParentRoute: () => root,
  path: "/journey",
  validateSearch: journeySearch,
  component: lazyRouteComponent(() => import("@/pages/journey/JourneyPage"), "JourneyPage"),
});
const kpis = createRoute({
  getParentRoute: () => root,
  path: "/kpis",
  component: lazyRouteComponent(() => import("@/pages/board/BoardPage"), "BoardPage"),
});
const definitions = createRoute({
  getParentRoute: () => root,
  path: "/definitions",
  component: lazyRouteComponent(() => import("@/pages/definitions/DefinitionsPage"), "DefinitionsPage"),
});
const kpi = createRoute({
  getParentRoute: () => root,
  path: "/kpis/$kpi",
  validateSearch: kpiSearch,
  component: lazyRouteComponent(() => import("@/pages/kpi/KpiPage"), "KpiPage"),
});
const touchpoints = createRoute({
  getParentRoute: () => root,
  path: "/touchpoints",
  validateSearch: touchpointsSearch,
  component: lazyRouteComponent(() => import("@/pages/touchpoints/TouchpointsPage"), "TouchpointsPage"),
});
const paths = createRoute({
  getParentRoute: () => root,
  path: "/paths",
  validateSearch: pathsSearch,
  component: lazyRouteComponent(() => import("@/pages/paths/PathsPage"), "PathsPage"),
});
const friction = createRoute({
  getParentRoute: () => root,
  path: "/friction",
  validateSearch: frictionSearch,
  component: lazyRouteComponent(() => import("@/pages/friction/FrictionPage"), "FrictionPage"),
});
const roadmap = createRoute({
  getParentRoute: () => root,
  path: "/roadmap",
  component: lazyRouteComponent(() => import("@/pages/roadmap/RoadmapPage"), "RoadmapPage"),
});
const funnels = createRoute({
  getParentRoute: () => root,
  path: "/funnels",
  validateSearch: funnelSearch,
  component: lazyRouteComponent(() => import("@/pages/funnels/FunnelsPage"), "FunnelsPage"),
});
const retention = createRoute({
  getParentRoute: () => root,
  path: "/retention",
  validateSearch: retentionSearch,
  component: lazyRouteComponent(() => import("@/pages/retention/RetentionPage"), "RetentionPage"),
});
const people = createRoute({
  getParentRoute: () => root,
  path: "/people",
  validateSearch: peopleSearch,
  component: lazyRouteComponent(() => import("@/pages/people/PeoplePage"), "PeoplePage"),
});
const person = createRoute({
  getParentRoute: () => root,
  path: "/people/$id",
  validateSearch: personSearch,
  component: lazyRouteComponent(() => import("@/pages/person/PersonPage"), "PersonPage"),
});
const live = createRoute({
  getParentRoute: () => root,
  path: "/live",
  validateSearch: liveSearch,
  component: lazyRouteComponent(() => import("@/pages/live/LivePage"), "LivePage"),
});
const inbox = createRoute({
  getParentRoute: () => root,
  path: "/inbox",
  validateSearch: inboxSearch,
  component: lazyRouteComponent(() => import("@/pages/inbox/InboxPage"), "InboxPage"),
});
const tasks = createRoute({
  getParentRoute: () => root,
  path: "/tasks",
  validateSearch: tasksSearch,
  component: lazyRouteComponent(() => import("@/pages/tasks/TasksPage"), "TasksPage"),
});
const playbooks = createRoute({
  getParentRoute: () => root,
  path: "/playbooks",
  validateSearch: playbookSearch,
  component: lazyRouteComponent(() => import("@/pages/playbooks/PlaybooksPage"), "PlaybooksPage"),
});
const quarantine = createRoute({
  getParentRoute: () => root,
  path: "/quarantine",
  validateSearch: quarantineSearch,
  component: lazyRouteComponent(() => import("@/pages/quarantine/QuarantinePage"), "QuarantinePage"),
});
const quality = createRoute({
  getParentRoute: () => root,
  path: "/quality",
  validateSearch: qualitySearch,
  component: lazyRouteComponent(() => import("@/pages/quality/QualityPage"), "QualityPage"),
});
const plan = createRoute({
  getParentRoute: () => root,
  path: "/plan",
  validateSearch: planSearch,
  component: lazyRouteComponent(() => import("@/pages/plan/PlanPage"), "PlanPage"),
});
const privacy = createRoute({
  getParentRoute: () => root,
  path: "/privacy",
  component: lazyRouteComponent(() => import("@/pages/privacy/PrivacyPage"), "PrivacyPage"),
});
const audit = createRoute({
  getParentRoute: () => root,
  path: "/audit",
  validateSearch: auditSearch,
  component: lazyRouteComponent(() => import("@/pages/audit/AuditPage"), "AuditPage"),
});
const identity = createRoute({
  getParentRoute: () => root,
  path: "/identity",
  validateSearch: identitySearch,
  component: lazyRouteComponent(() => import("@/pages/identity/IdentityPage"), "IdentityPage"),
});
const households = createRoute({
  getParentRoute: () => root,
  path: "/households",
  component: lazyRouteComponent(() => import("@/pages/households/HouseholdsPage"), "HouseholdsPage"),
});
const segments = createRoute({
  getParentRoute: () => root,
  path: "/segments",
  component: lazyRouteComponent(() => import("@/pages/segments/SegmentsPage"), "SegmentsPage"),
});
const newSegment = createRoute({
  getParentRoute: () => root,
  path: "/segments/new",
  component: lazyRouteComponent(() => import("@/pages/segments/NewSegmentPage"), "NewSegmentPage"),
});
const segment = createRoute({
  getParentRoute: () => root,
  path: "/segments/$id",
  component: lazyRouteComponent(() => import("@/pages/segments/SegmentPage"), "SegmentPage"),
});
const matches = createRoute({
  getParentRoute: () => root,
  path: "/matches",
  validateSearch: matchesSearch,
  component: lazyRouteComponent(() => import("@/pages/matches/MatchesPage"), "MatchesPage"),
});
const settings = createRoute({
  getParentRoute: () => root,
  path: "/settings",
  component: lazyRouteComponent(() => import("@/pages/settings/SettingsPage"), "SettingsPage"),
});
/** The setup link stays good after signing up: it leads home. */
const setup = createRoute({
  getParentRoute: () => root,
  path: "/setup",
  beforeLoad: () => {
    throw redirect({ to: "/", replace: true });
  },
});

export const router = createRouter({
  routeTree: root.addChildren([today, journey, paths, funnels, friction, roadmap, retention, touchpoints, kpis, kpi, definitions, people, person, live, inbox, tasks, plan, playbooks, quality, quarantine, privacy, audit, identity, households, segments, newSegment, segment, matches, settings, setup]),
  defaultPreload: "intent",
  defaultPendingComponent: () => <Loading height={320} />,
  defaultErrorComponent: ({ error, reset }) => <Failure error={error} retry={reset} />,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
