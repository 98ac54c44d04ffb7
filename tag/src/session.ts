import type { Fields } from "./options";

/** Visits end after this long without an event. */
export const SESSION_MS = 30 * 60_000;

export interface Session {
  id: string;
  /** When its latest event happened. */
  at: number;
  /** How the visitor came; of the whole session. */
  campaign?: Fields | undefined;
}

/** The session of an event now: the same, or a new one after half an hour of rest or by another campaign. */
export function touched(
  session: Session | undefined,
  now: number,
  campaign: Fields | undefined,
  newId: () => string,
): { session: Session; isNew: boolean } {
  const rested = !session || now - session.at >= SESSION_MS;
  const came = campaign && JSON.stringify(campaign) !== JSON.stringify(session?.campaign);
  if (session && !rested && !came) return { session: { ...session, at: Math.max(now, session.at) }, isNew: false };
  return { session: { id: newId(), at: now, campaign }, isNew: true };
}

/** A QR code that led here; `scan` when the server has sent the visitor on and has recorded it under that id. */
export interface Scan {
  code: string;
  scan?: string | undefined;
}

/** From a parameter: `code`, or `code.scan`. */
export function scanOf(parameter: string): Scan {
  const [, code, scan] = /^(.+)\.([0-9a-f]{32})$/.exec(parameter) ?? [];
  return { code: (code ?? parameter).slice(0, 200), scan };
}

const CLICK_IDS = ["gclid", "gbraid", "wbraid", "dclid", "fbclid", "msclkid", "ttclid", "twclid", "li_fat_id", "epik", "irclickid"];

/** How the visitor came, from an address: UTM words, advertisers' click ids and the code of a QR; undefined when it tells nothing. */
export function campaignOf(search: string, qr?: Scan): Fields | undefined {
  const asked = new URLSearchParams(search);
  const campaign: Fields = {};
  asked.forEach((value, name) => {
    if (!value) return;
    if (name.startsWith("utm_")) campaign[name === "utm_campaign" ? "name" : name.slice(4)] = value;
    if (CLICK_IDS.includes(name)) campaign.click_ids = { ...(campaign.click_ids as Fields), [name]: value };
  });
  if (qr) {
    campaign.qr = qr.code;
    if (qr.scan) campaign.scan = qr.scan;
    campaign.medium ??= "qr";
  }
  return Object.keys(campaign).length ? campaign : undefined;
}
