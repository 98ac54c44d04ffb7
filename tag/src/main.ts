/**
 * The tag of a page: `window.percorso`.
 *
 * Loaded by a snippet whose stub keeps calls and their times until the tag is there, or by a script element with
 * `data-write-key` alone, which needs no inline script.
 */
import { createTag, type Tag } from "./tag";
import type { Options } from "./options";

type Call = [name: string, at: number, args: unknown[]];
declare const VERSION: string;

const NAMED = ["track", "identify", "page", "group"];
const OTHERS = ["consent", "reset", "link"];

/** Calls that wait for `load`. */
const MOST_EARLY = 1000;

function install(): void {
  const global = window as { percorso?: unknown };
  const script = document.currentScript as HTMLScriptElement | null;
  const stub = global.percorso;
  if ((stub as { version?: string } | undefined)?.version) return; // a second copy
  let tag: Tag | undefined;
  let early: Call[] = [];

  function run(name: string, at: number, args: unknown[]): unknown {
    if (name === "load") return load(args[0] as string, args[1] as Options | undefined);
    const running = tag;
    if (!running) {
      if (early.length < MOST_EARLY) early.push([name, at, args]);
      return undefined;
    }
    // The stub tells when a call was made; it comes after the caller's options.
    const full = NAMED.includes(name) ? [args[0], args[1], args[2], at] : args;
    return running.attempt(() => running.calls[name]?.(...(full as never[])));
  }

  function load(writeKey: string, options: Options = {}): void {
    if (tag) return;
    tag = createTag(writeKey, { host: script?.src ? new URL(script.src).origin : "", ...options });
    const waited = early;
    early = [];
    for (const call of waited) run(...call);
  }

  const api: Record<string, unknown> = {
    version: VERSION,
    load: (key: string, options?: Options) => start(() => load(key, options)),
    flush: () => tag?.flush() ?? Promise.resolve(),
    ids: () => tag?.ids(),
  };
  for (const name of [...NAMED, ...OTHERS]) api[name] = (...args: unknown[]) => run(name, Date.now(), args);
  global.percorso = api;

  start(() => {
    const kept = (Array.isArray(stub) ? stub : []) as Call[];
    const first = kept.findIndex(([name]) => name === "load");
    if (script?.dataset.writeKey) load(script.dataset.writeKey, JSON.parse(script.dataset.options ?? "{}") as Options);
    else if (first >= 0) run(...(kept.splice(first, 1)[0] as Call));
    for (const call of kept) run(...call);
  });
}

/** Now, or when somebody looks: a page that is only prepared may never be seen. */
function start(work: () => void): void {
  if ((document as { prerendering?: boolean }).prerendering) document.addEventListener("prerenderingchange", work, { once: true });
  else work();
}

install();
