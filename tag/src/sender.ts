import type { Drop } from "./options";
import type { Keep } from "./keep";
import { openStore, type Store, type Waiting } from "./store";

/** An event with its id, on its way. */
export interface Sender {
  push(id: string, body: string): void;
  /** Resolves when nothing waits any more, or nothing can be sent now. */
  flush(): Promise<void>;
  /** The page goes away: what has not been sent goes with a beacon. */
  leave(): void;
  /** Forget what waits. */
  clear(): void;
  /** The network is back: whatever was waited for on its account is over. */
  online(): void;
}

export interface Post {
  host: string;
  writeKey: string;
  name: string;
  most: number;
  keep: Keep;
  owner: string;
  onDrop(drop: Drop): void;
  onPause(status: number, message: string): void;
}

/** Keepalive requests of a page may carry 64 KiB together. */
const BATCH_BYTES = 60_000;
const BATCH_EVENTS = 100;
/** The server takes no larger one. */
const EVENT_BYTES = 65_536;
const GATHER_MS = 200;
const TIMEOUT_MS = 15_000;
const LEASE_MS = 20_000;
const STUCK_MS = 40_000;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 60_000;
const LONGEST_ASKED_MS = 300_000;
const LATER = [408, 425, 429, 460];
/** The same again can never get through, but a part of it may. */
const NEVER = [400, 413, 422];

const bytes = (text: string): number => new Blob([text]).size;

export function createSender(post: Post): Sender {
  const { keep } = post;
  const url = `${post.host}/v1/batch`;
  const store: Promise<Store> = openStore(post.name);
  /** Of this page and not known to have arrived: what a beacon carries. */
  const unsure = new Map<string, string>();
  const written = new Set<string>();
  let inFlight: Waiting[] = [];
  let aborting: AbortController | undefined;
  let failures = 0;
  let paused = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let draining: Promise<void> | undefined;
  let again = false;
  let shutOutSince = Infinity;

  const envelope = (bodies: string[]): string =>
    `{"writeKey":${JSON.stringify(post.writeKey)},"sentAt":"${new Date().toISOString()}","batch":[${bodies.join()}]}`;

  function push(id: string, body: string): void {
    if (bytes(body) > EVENT_BYTES) {
      post.onDrop({ reason: "too_large", messageId: id, detail: `an event has at most ${EVENT_BYTES} bytes` });
      return;
    }
    unsure.set(id, body);
    void store
      .then((opened) => opened.add({ id, body }, post.most))
      .then((taken) => {
        if (taken) {
          written.add(id);
          return later(GATHER_MS);
        }
        unsure.delete(id);
        post.onDrop({ reason: "full", messageId: id, detail: `${post.most} events wait already` });
      });
  }

  function later(ms: number): void {
    if (timer !== undefined) return;
    timer = setTimeout(() => {
      timer = undefined;
      void flush();
    }, ms);
  }

  /** How long nothing may be sent, told to all tabs. */
  function waiting(): number {
    const wait = keep.get<{ until: number }>("wait");
    return wait ? Math.min(wait.until - Date.now(), LONGEST_ASKED_MS) : 0;
  }

  function flush(): Promise<void> {
    if (draining) {
      again = true;
      return draining;
    }
    // The lock is refused to a page that goes away.
    draining = drain().catch(() => later(FIRST_WAIT_MS)).finally(() => {
      draining = undefined;
      if (again) {
        again = false;
        later(0);
      }
    });
    return draining;
  }

  async function drain(): Promise<void> {
    for (;;) {
      if (paused || navigator.onLine === false) return;
      const wait = waiting();
      if (wait > 0) return later(wait);
      if (!(await alone(sendOldest))) return;
    }
  }

  /** One tab at a time. */
  async function alone(work: (opened: Store) => Promise<boolean>): Promise<boolean> {
    const opened = await store;
    if (opened.onDisk && navigator.locks) {
      // A tab that was put to sleep while it was sending must not stop the others for ever.
      const options = Date.now() - shutOutSince > STUCK_MS ? { steal: true } : { ifAvailable: true };
      return await navigator.locks.request(`${post.name}.send`, options, (lock) => (lock ? work(opened) : shutOut()));
    }
    if (!(await opened.lease(post.owner, LEASE_MS))) return shutOut();
    try {
      return await work(opened);
    } finally {
      await opened.lease(post.owner, 0);
    }
  }

  function shutOut(): boolean {
    shutOutSince = Math.min(shutOutSince, Date.now());
    later(FIRST_WAIT_MS);
    return false;
  }

  /** True when there may be more to send. */
  async function sendOldest(opened: Store): Promise<boolean> {
    shutOutSince = Infinity;
    if (paused || waiting() > 0) return true;
    const oldest = await opened.oldest(BATCH_EVENTS);
    forgetSent(oldest);
    if (!oldest.length) return false;
    return await send(opened, fitting(oldest));
  }

  /** What was written and is no longer there was sent, by this tab or another. */
  function forgetSent(oldest: Waiting[]): void {
    if (oldest.length >= BATCH_EVENTS) return;
    const left = new Set(oldest.map((event) => event.id));
    for (const id of written) if (!left.has(id)) forget(id);
  }

  function forget(id: string): void {
    unsure.delete(id);
    written.delete(id);
  }

  function fitting(oldest: Waiting[]): Waiting[] {
    let size = 200;
    const end = oldest.findIndex((event, at) => (size += bytes(event.body) + 1) > BATCH_BYTES && at > 0);
    return end < 0 ? oldest : oldest.slice(0, end);
  }

  async function send(opened: Store, events: Waiting[]): Promise<boolean> {
    inFlight = events;
    const here = (aborting = new AbortController());
    const timeout = setTimeout(() => here.abort(), TIMEOUT_MS);
    try {
      const body = envelope(events.map((event) => event.body));
      const answer = await fetch(url, {
        method: "POST",
        body,
        credentials: "omit",
        keepalive: bytes(body) < BATCH_BYTES + 2000,
        signal: here.signal,
      });
      return await answered(opened, events, answer);
    } catch {
      return here === aborting && failed();
    } finally {
      clearTimeout(timeout);
      inFlight = [];
    }
  }

  async function answered(opened: Store, events: Waiting[], answer: Response): Promise<boolean> {
    const { status } = answer;
    const said = (await answer.json().catch(() => ({}))) as { success?: boolean; message?: string; verdicts?: Verdict[] };
    if (status === 200 && said.success) {
      failures = 0;
      if (keep.get("wait")) keep.set("wait", undefined);
      await gone(opened, events);
      for (const { verdict, messageId, reason, detail } of said.verdicts ?? []) {
        if (verdict !== "duplicate") post.onDrop({ reason: reason ?? verdict, messageId, detail });
      }
      return true;
    }
    if (status === 200 || status >= 500 || LATER.includes(status)) return failed(answer.headers.get("retry-after"));
    if (NEVER.includes(status)) return await halved(opened, events, status, said.message);
    paused = true;
    post.onPause(status, said.message ?? "");
    return false;
  }

  async function halved(opened: Store, events: Waiting[], status: number, detail?: string): Promise<boolean> {
    if (events.length > 1) {
      const middle = events.length >> 1;
      return (await send(opened, events.slice(0, middle))) && (await send(opened, events.slice(middle)));
    }
    await gone(opened, events);
    for (const { id } of events) post.onDrop({ reason: `status_${status}`, messageId: id, detail });
    return true;
  }

  async function gone(opened: Store, events: Waiting[]): Promise<void> {
    for (const { id } of events) forget(id);
    await opened.remove(events);
  }

  /** Nothing arrived, or nobody can tell: wait, twice as long each time, or as long as the server asks. */
  function failed(retryAfter?: string | null): boolean {
    const asked = retryAfter ? (Number(retryAfter) || (Date.parse(retryAfter) - Date.now()) / 1000 || 0) * 1000 : 0;
    const own = Math.min(FIRST_WAIT_MS * 2 ** failures++, LONGEST_WAIT_MS) * (0.5 + Math.random() / 2);
    const wait = Math.max(own, Math.min(asked, LONGEST_ASKED_MS) * (1 + Math.random() / 10));
    keep.set("wait", { until: Date.now() + wait, asked: asked > 0 });
    later(wait);
    return false;
  }

  function leave(): void {
    if (paused || waiting() > 0 || navigator.onLine === false) return;
    const carried = new Set(inFlight.map((event) => event.id));
    const bodies: string[] = [];
    let size = 200;
    for (const [id, body] of unsure) {
      size += bytes(body) + 1;
      if (carried.has(id) || size > BATCH_BYTES) continue;
      bodies.push(body);
    }
    if (bodies.length) navigator.sendBeacon(url, envelope(bodies));
  }

  return {
    push,
    flush,
    leave,
    clear() {
      unsure.clear();
      written.clear();
      aborting?.abort();
      aborting = undefined;
      void store.then((opened) => opened.clear());
    },
    online() {
      if (!keep.get<{ asked: boolean }>("wait")?.asked) keep.set("wait", undefined);
      void flush();
    },
  };
}

interface Verdict {
  verdict: string;
  messageId?: string;
  reason?: string;
  detail?: string;
}
