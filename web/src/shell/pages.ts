/** The map of pages: what the navigation and the palette offer, and the right each needs. */
import { BookOpenText, CalendarSync, ChartSpline, ClipboardCheck, Combine, Fingerprint, Funnel, GitFork, Group, House, ListChecks, type LucideIcon, Mail, Milestone, Radio, Route, ScanSearch, ScrollText, Settings, ShieldAlert, ShieldOff, Sunrise, TrafficCone, Users, Waypoints } from "lucide-react";
import type { Right } from "@/api/session";
import type { Key } from "@/i18n";

export interface PageLink {
  to: "/" | "/journey" | "/paths" | "/funnels" | "/friction" | "/roadmap" | "/retention" | "/touchpoints" | "/kpis" | "/people" | "/households" | "/segments" | "/matches" | "/identity" | "/tasks" | "/inbox" | "/playbooks" | "/live" | "/plan" | "/quality" | "/quarantine" | "/audit" | "/privacy" | "/settings";
  label: Key;
  /** For the narrow bar at the bottom. */
  short?: Key;
  icon: LucideIcon;
  right: Right;
}

export interface PageGroup {
  title: Key | null;
  pages: readonly PageLink[];
}

export const GROUPS: readonly PageGroup[] = [
  { title: null, pages: [{ to: "/", label: "nav.today", icon: Sunrise, right: "insight" }] },
  {
    title: "nav.group.see",
    pages: [
      { to: "/journey", label: "nav.journey", short: "nav.journeyShort", icon: Route, right: "insight" },
      { to: "/paths", label: "nav.paths", icon: GitFork, right: "insight" },
      { to: "/funnels", label: "nav.funnels", icon: Funnel, right: "insight" },
      { to: "/friction", label: "nav.friction", icon: TrafficCone, right: "insight" },
      { to: "/roadmap", label: "nav.roadmap", icon: Milestone, right: "insight" },
      { to: "/retention", label: "nav.retention", icon: CalendarSync, right: "insight" },
      { to: "/touchpoints", label: "nav.touchpoints", icon: Waypoints, right: "insight" },
      { to: "/people", label: "nav.people", icon: Users, right: "people" },
      { to: "/segments", label: "nav.segments", icon: Group, right: "insight" },
      { to: "/households", label: "nav.households", icon: House, right: "people" },
      { to: "/kpis", label: "nav.kpis", icon: ChartSpline, right: "insight" },
    ],
  },
  {
    title: "nav.group.act",
    pages: [
      { to: "/tasks", label: "nav.tasks", icon: ListChecks, right: "people" },
      { to: "/matches", label: "nav.matches", icon: Combine, right: "people" },
      { to: "/playbooks", label: "nav.playbooks", icon: BookOpenText, right: "insight" },
      { to: "/inbox", label: "nav.inbox", icon: Mail, right: "people" },
    ],
  },
  {
    title: "nav.group.data",
    pages: [
      { to: "/live", label: "nav.live", icon: Radio, right: "people" },
      { to: "/quality", label: "nav.quality", icon: ScanSearch, right: "insight" },
      { to: "/identity", label: "nav.identity", icon: Fingerprint, right: "people" },
      { to: "/plan", label: "nav.plan", icon: ClipboardCheck, right: "insight" },
      { to: "/quarantine", label: "nav.quarantine", icon: ShieldAlert, right: "people" },
      { to: "/privacy", label: "nav.privacy", icon: ShieldOff, right: "data" },
      { to: "/audit", label: "nav.audit", icon: ScrollText, right: "audit" },
      { to: "/settings", label: "nav.settings", icon: Settings, right: "insight" },
    ],
  },
];

/** The four that fit in the bar at the bottom of a phone. */
export const AT_HAND: readonly PageLink["to"][] = ["/", "/journey", "/people", "/tasks"];

export function pagesFor(rights: readonly string[]): PageGroup[] {
  return GROUPS.map((group) => ({ ...group, pages: group.pages.filter((page) => rights.includes(page.right)) })).filter(
    (group) => group.pages.length > 0,
  );
}
