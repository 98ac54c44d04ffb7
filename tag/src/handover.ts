/**
 * Handing a visitor over to another domain of the company: a parameter that lives for two minutes and counts only in the
 * browser it was made in, so that a link that is copied to somebody else makes nobody another person.
 *
 * The check guards against accidents. It is no secret: whoever reads the tag can make one.
 */
import { dashed } from "./ids";

export const PARAMETER = "_pc";
export const QR_PARAMETER = "pc_qr";
export const LIVES_S = 120;

export interface Handed {
  anonymousId: string;
  deviceId: string;
  sessionId: string;
}

export function encode(handed: Handed, now: number, browser: string): string {
  const ids = [handed.anonymousId, handed.deviceId, handed.sessionId].map((id) => id.replace(/-/g, ""));
  const said = ["1", Math.floor(now / 1000).toString(36), ...ids].join(".");
  return `${said}.${hash(said + browser)}`;
}

/** What was handed over, undefined when it is broken, too old, or of another browser. */
export function decode(text: string, now: number, browser: string): Handed | undefined {
  const found = /^(1\.([0-9a-z]{1,9})\.([0-9a-f]{32})\.([0-9a-f]{32})\.([0-9a-f]{32}))\.([0-9a-z]+)$/.exec(text);
  if (!found) return undefined;
  const [, said = "", time = "", anonymous = "", device = "", session = "", check] = found;
  const age = now / 1000 - parseInt(time, 36);
  if (age < -5 || age > LIVES_S || check !== hash(said + browser)) return undefined;
  return { anonymousId: dashed(anonymous), deviceId: dashed(device), sessionId: dashed(session) };
}

/** FNV-1a, 32 bits. */
function hash(text: string): string {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  return (value >>> 0).toString(36);
}

export const belongs = (host: string, domains: string[]): boolean =>
  domains.some((domain) => host === domain || host.endsWith(`.${domain}`));

/** An address with a parameter set; the rest of it stays as it is written. */
export function withParameter(url: string, name: string, value: string): string {
  const [bare = "", ...hash] = without(url, name).split("#");
  return `${bare}${bare.includes("?") ? "&" : "?"}${name}=${value}${hash.length ? `#${hash.join("#")}` : ""}`;
}

/** An address without a parameter; the rest of it stays as it is written. */
export function without(url: string, name: string): string {
  const [bare = "", ...hash] = url.split("#");
  const [path = "", ...query] = bare.split("?");
  const kept = query
    .join("?")
    .split("&")
    .filter((pair) => pair !== "" && pair.split("=")[0] !== name)
    .join("&");
  return path + (kept && `?${kept}`) + (hash.length ? `#${hash.join("#")}` : "");
}
