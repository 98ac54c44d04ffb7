import type { Fields } from "./options";

declare const VERSION: string;

export function pageOf(referrer: string): Fields {
  const { pathname, href, search } = location;
  return { path: pathname, url: href, search, title: document.title, referrer };
}

/** What every event says of the browser it came from. */
export function browserContext(): Fields {
  return {
    library: { name: "percorso.js", version: VERSION },
    locale: navigator.language,
    timezone: timezone(),
    userAgent: navigator.userAgent,
    screen: { width: innerWidth, height: innerHeight, density: devicePixelRatio },
  };
}

/** What two sites see alike in one browser, and seldom in another. */
export const fingerprint = (): string => [navigator.userAgent, timezone(), navigator.language].join("|");

function timezone(): string | undefined {
  try {
    return Intl.DateTimeFormat().resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}
