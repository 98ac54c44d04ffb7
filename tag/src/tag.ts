import { propertiesOf, watchClicks, watchPages } from "./auto";
import { browserContext, fingerprint, pageOf } from "./context";
import { belongs, decode, encode, PARAMETER, QR_PARAMETER, withParameter, without } from "./handover";
import { uuid } from "./ids";
import { createKeep } from "./keep";
import type { CallOptions, Consent, Drop, Fields, Options } from "./options";
import { createSender, type Sender } from "./sender";
import { campaignOf, scanOf, touched, type Scan, type Session } from "./session";

/** Calls that may wait in memory for the visitor's answer. */
const MOST_HELD = 100;
const ANSWER = "consent";

export type Tag = ReturnType<typeof createTag>;

/** The tag on this page, for one write key. */
export function createTag(writeKey: string, options: Options) {
  const host = (options.host ?? "").replace(/\/+$/, "");
  const domains = options.domains ?? [];
  const name = options.name ?? "percorso";
  const keep = createKeep(name);
  let sender: Sender | undefined;
  let held: { id: string; body: string }[] = [];
  let arrived = arrival();
  let campaign = campaignOf(location.search, arrived.qr);
  let referrer = document.referrer;
  let pageSeen = false;
  let left = false;

  /** A callback of the page may throw; that is its own affair. */
  function drop(dropped: Drop): void {
    try {
      options.onDrop?.(dropped);
    } catch (error) {
      setTimeout(() => {
        throw error;
      });
    }
  }

  // ---- consent

  const answer = (): Consent | undefined => keep.get<Consent>(ANSWER);
  /** Undefined before the visitor has said anything of it. */
  const said = (): boolean | undefined => answer()?.analytics;

  function isOpen(): boolean {
    return said() ?? byDefault();
  }

  function byDefault(): boolean {
    return options.consent === "given" && !(options.respectGpc !== false && refusedByBrowser());
  }

  function refusedByBrowser(): boolean {
    return (navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl === true;
  }

  function consent(categories: Consent): void {
    if (typeof categories !== "object") throw new TypeError('consent takes {"analytics": true} or false');
    keep.setAlways(ANSWER, { ...answer(), ...categories });
    heed();
  }

  /** Opens or closes, as the answer now is. */
  function heed(): void {
    if (isOpen()) open();
    else if (said() === false) close();
  }

  function open(): void {
    if (sender) return;
    keep.open();
    sender = createSender({
      host,
      writeKey,
      name,
      most: options.maxQueue ?? 1000,
      keep,
      owner: uuid(),
      onDrop: drop,
      onPause: (status, message) => attempt(() => options.onPause?.({ status, message })),
    });
    takeOver();
    for (const { id, body } of held) sender.push(id, body);
    held = [];
    void sender.flush(); // what an earlier page left on disk
    firstCalls();
  }

  function close(): void {
    sender?.clear();
    sender = undefined;
    held = [];
    arrived = {};
    keep.close([ANSWER]);
    attempt(() => indexedDB.deleteDatabase(name)); // also what a tab that is gone has left
  }

  // ---- who and whence

  function idOf(kind: "anonymous" | "device"): string {
    let id = keep.get<string>(kind);
    if (!id) keep.set(kind, (id = uuid()));
    return id;
  }

  /** What the address brings along, taken off it before anybody copies it. */
  function arrival(): { handed?: string; qr?: Scan } {
    const asked = new URLSearchParams(location.search);
    const found: { handed?: string; qr?: Scan } = {};
    const handed = asked.get(PARAMETER);
    const qr = asked.get(QR_PARAMETER);
    if (handed) found.handed = handed;
    if (qr) found.qr = scanOf(qr);
    if (handed !== null || qr !== null) {
      history.replaceState(history.state, "", without(without(location.href, PARAMETER), QR_PARAMETER));
    }
    return found;
  }

  /** Be who the visitor was on the domain they come from, unless they are signed in here. */
  function takeOver(): void {
    const from = document.referrer && new URL(document.referrer).hostname;
    const handed = arrived.handed && decode(arrived.handed, Date.now(), fingerprint());
    delete arrived.handed;
    if (!handed || (from && !belongs(from, domains)) || keep.get("user")) return;
    keep.set("anonymous", handed.anonymousId);
    keep.set("device", handed.deviceId);
    keep.set("session", { id: handed.sessionId, at: Date.now(), campaign });
  }

  function link(url: string): string {
    if (!sender) return url;
    const { session } = current(Date.now());
    const handed = { anonymousId: idOf("anonymous"), deviceId: idOf("device"), sessionId: session.id };
    return withParameter(url, PARAMETER, encode(handed, Date.now(), fingerprint()));
  }

  function current(now: number): { session: Session; isNew: boolean } {
    const next = touched(keep.get<Session>("session"), now, campaign, uuid);
    keep.set("session", next.session);
    campaign = undefined;
    return next;
  }

  // ---- calls

  function call(type: string, fields: Fields, more: CallOptions = {}, at = Date.now()): string | undefined {
    if (!sender && (said() === false || options.consent !== "memory")) {
      drop({ reason: "consent" });
      return undefined;
    }
    const id = more.messageId ?? uuid();
    const { session, isNew } = current(at);
    const item = {
      type,
      messageId: id,
      timestamp: new Date(more.timestamp ?? at).toISOString(),
      userId: keep.get<string>("user"),
      anonymousId: idOf("anonymous"),
      ...fields,
      context: {
        ...browserContext(),
        page: pageOf(referrer),
        sessionId: session.id,
        sessionStart: isNew || undefined,
        campaign: session.campaign,
        // Who scanned the code is who came by it.
        externalIds: session.campaign?.scan ? [{ type: "qr_scan", id: session.campaign.scan }] : undefined,
        device: { id: idOf("device") },
        groupId: keep.get<string>("group"),
        touchpoint: more.touchpoint ?? options.touchpoint,
        consent: answer() && { categoryPreferences: answer() },
        identityToken: keep.get<string>("token"),
        ...more.context,
      },
    };
    const body = JSON.stringify(item);
    if (sender) sender.push(id, body);
    else if (held.length < MOST_HELD) held.push({ id, body });
    else drop({ reason: "full", messageId: id });
    return id;
  }

  function track(event: string, properties?: Fields, more?: CallOptions, at?: number): string | undefined {
    if (typeof event !== "string" || !event.trim()) throw new TypeError("track names its event");
    return call("track", { event, properties }, more, at);
  }

  /** `identify(userId, traits)`, or `identify(traits)` of somebody unnamed. */
  function identify(userId: string | number | Fields | null, traits?: Fields, more?: CallOptions, at?: number) {
    if (typeof userId === "object") return call("identify", { traits: userId ?? traits }, more ?? (traits as CallOptions), at);
    const [user, before] = [String(userId), keep.get<string>("user")];
    if (before && before !== user) forgetPerson();
    keep.set("user", user);
    if (more?.token) keep.set("token", more.token);
    return call("identify", { traits }, more, at);
  }

  function page(title?: string, properties?: Fields, more?: CallOptions, at?: number): string | undefined {
    const id = call("page", { name: title, properties: { ...pageOf(referrer), ...properties } }, more, at);
    pageSeen ||= id !== undefined;
    return id;
  }

  function group(groupId: string | number, traits?: Fields, more?: CallOptions, at?: number): string | undefined {
    keep.set("group", String(groupId));
    return call("group", { groupId: String(groupId), traits }, more, at);
  }

  /** Somebody else from now on, on the same device. */
  function forgetPerson(): void {
    for (const kept of ["user", "token", "group", "anonymous", "session"]) keep.set(kept, undefined);
  }

  function reset(what: { device?: boolean } = {}): void {
    forgetPerson();
    if (what.device) keep.set("device", undefined);
  }

  // ---- what the tag sees by itself

  function firstCalls(): void {
    if (arrived.qr && !arrived.qr.scan) track("QR Scanned", { code: arrived.qr.code, url: location.href });
    delete arrived.qr;
    if (options.pages !== false && !pageSeen) page();
  }

  function clicked(marked: HTMLElement | null, anchor: HTMLAnchorElement | null): void {
    if (marked && options.clicks !== false) track(marked.dataset.percorsoEvent ?? "", propertiesOf(marked));
    if (!anchor || !/^https?:$/.test(anchor.protocol) || anchor.host === location.host) return;
    if (belongs(anchor.hostname, domains)) {
      const plain = anchor.getAttribute("href") as string;
      anchor.href = link(anchor.href);
      setTimeout(() => anchor.setAttribute("href", plain)); // the click has been followed by then
    } else if (options.outbound) {
      track("Link Clicked", { url: anchor.href, text: anchor.textContent?.trim().slice(0, 200) });
    }
  }

  let last = location.href;
  watchPages(() => {
    [referrer, last] = [last, location.href];
    campaign = campaignOf(location.search) ?? campaign;
    if (options.pages !== false) page();
  });
  watchClicks((marked, anchor) => attempt(() => clicked(marked, anchor)));
  addEventListener("storage", (event) => {
    if (event.key === keep.key(ANSWER) || event.key === null) heed();
  });
  addEventListener("online", () => sender?.online());
  addEventListener("pagehide", () => {
    left = true;
    sender?.leave();
  });
  addEventListener("pageshow", () => {
    left = false;
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden" && !left) void sender?.flush();
  });

  /** No call of the page ever fails by the tag. */
  function attempt<T>(work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      drop({ reason: "invalid", detail: String(error) });
      return undefined;
    }
  }

  attempt(() => {
    heed();
    if (!sender && said() === undefined && options.consent === "memory") firstCalls();
  });

  return {
    calls: { track, identify, page, group, reset, consent, link } as Record<string, (...args: never[]) => unknown>,
    attempt,
    flush: () => sender?.flush() ?? Promise.resolve(),
    ids: () =>
      sender && {
        userId: keep.get<string>("user"),
        anonymousId: idOf("anonymous"),
        deviceId: idOf("device"),
        sessionId: keep.get<Session>("session")?.id,
      },
  };
}
