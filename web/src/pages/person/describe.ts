/** An event in one line for people: what was bought, said, waited for. Pure. */
import type { WordsOf } from "@/i18n";
import type { Format } from "@/i18n/format";

export type Properties = Readonly<Record<string, unknown>>;

export interface Described {
  summary: string;
  /** What the person wrote, word for word. */
  quote: string | null;
  quoteLanguage: string | null;
}

type Describe = (p: Properties, words: WordsOf, f: Format) => (string | null)[];

const text = (p: Properties, key: string): string | null => {
  const value = p[key];
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value !== "" ? value : null;
};
const number = (p: Properties, key: string): number | null => {
  const value = p[key];
  return typeof value === "number" && Number.isFinite(value) ? value : null;
};

/** `amount` is in major units, as Segment has it. */
function money(amount: number | null, p: Properties, f: Format): string | null {
  const currency = text(p, "currency");
  if (amount === null) return null;
  if (!currency || !/^[A-Z]{3}$/.test(currency)) return f.decimal(amount, 2);
  const digits = new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2;
  return f.money(Math.round(amount * 10 ** digits), currency);
}

const order: Describe = (p, { tn }, f) => {
  const products = Array.isArray(p.products) ? p.products.length : 0;
  return [money(number(p, "revenue") ?? number(p, "total"), p, f), products ? tn("describe.products", products) : null, text(p, "reason")];
};

const delivered: Describe = (p, { t }, f) => {
  const [at, promised] = [Date.parse(text(p, "delivered_at") ?? ""), Date.parse(text(p, "estimated_at") ?? "")];
  if (Number.isNaN(at) || Number.isNaN(promised)) return [text(p, "courier")];
  const late = (at - promised) / 1000;
  return [late > 0 ? t("describe.late", { time: f.duration(late) }) : t("describe.inTime"), text(p, "courier")];
};

const survey: Describe = (p, { t }, f) => {
  const [kind, score, scale] = [text(p, "kind"), number(p, "score"), number(p, "scale")];
  if (score === null) return [kind?.toUpperCase() ?? null];
  return [t("describe.score", { kind: (kind ?? "").toUpperCase(), score: f.decimal(score, Number.isInteger(score) ? 0 : 1), scale: scale ?? "?" })];
};

const waited: Describe = (p, { t }, f) => {
  const wait = number(p, "wait_s");
  return [wait === null ? null : t("describe.waited", { time: f.duration(wait) }), text(p, "subject")];
};

const callEnded: Describe = (p, { t }, f) => {
  const talk = number(p, "talk_s");
  const resolved = p.resolved;
  return [
    talk === null ? null : t("describe.talked", { time: f.duration(talk) }),
    text(p, "subject"),
    typeof resolved === "boolean" ? t(resolved ? "describe.resolved" : "describe.unresolved") : null,
  ];
};

const searched: Describe = (p, { tn }) => {
  const [query, results] = [text(p, "query"), number(p, "results")];
  if (query === null) return [];
  return [results === null ? `“${query}”` : tn("describe.results", results, { query })];
};

const content: Describe = (p, { t }, f) => {
  const position = number(p, "position");
  const title = text(p, "title") ?? text(p, "series") ?? text(p, "content_id");
  return [title, text(p, "topic"), position === null || position >= 1 ? null : t("describe.position", { share: f.percent(position, 0) })];
};

const subscription: Describe = (p, { t }, f) => {
  const [price, before] = [money(number(p, "price"), p, f), money(number(p, "previous_price"), p, f)];
  const cost = price && before ? t("describe.price", { before, now: price }) : price;
  return [text(p, "plan"), cost, text(p, "reason")];
};

const named: Describe = (p) => [text(p, "name") ?? text(p, "title") ?? text(p, "path") ?? text(p, "url")];
const first = (...keys: string[]): Describe => (p) => [keys.map((key) => text(p, key)).find((value) => value !== null) ?? null];

const DESCRIBE: Readonly<Record<string, Describe>> = {
  "Order Completed": order,
  "Order Refunded": order,
  "Order Cancelled": order,
  "Order Delivered": delivered,
  "Parcel Delivered": delivered,
  "Survey Answered": survey,
  "Call Answered": waited,
  "Call Abandoned": waited,
  "Call Ended": callEnded,
  "Products Searched": searched,
  "Content Started": content,
  "Content Completed": content,
  "Content Abandoned": content,
  "Subscription Started": subscription,
  "Subscription Renewed": subscription,
  "Subscription Changed": subscription,
  "Subscription Cancelled": subscription,
  "Checkout Failed": first("error", "device"),
  "Payment Failed": first("error", "reason"),
  "Guide Downloaded": first("guide"),
  "Machine Fault": first("code"),
  "Complaint Filed": first("subject"),
  "Call Offered": first("subject", "queue"),
  "Parcel Shipped": first("courier"),
  "Coupon Redeemed": first("coupon", "code"),
  "Task Done": first("note"),
};

export function describe(name: string, properties: Properties, words: WordsOf, f: Format): Described {
  const parts = (DESCRIBE[name] ?? named)(properties, words, f).filter((part): part is string => part !== null && part !== "");
  const quote = text(properties, "comment") ?? (name === "Complaint Filed" ? text(properties, "text") : null);
  return { summary: parts.join(" · "), quote, quoteLanguage: quote ? text(properties, "language") : null };
}
