/** What the tag sees by itself: pages, marked elements, links. */
import type { Fields } from "./options";

/** Calls `seen` for every page but the first: history, and pages that come back whole. */
export function watchPages(seen: () => void): void {
  let here = place();
  const moved = () => {
    if (place() === here) return;
    here = place();
    seen();
  };
  const push = history.pushState;
  history.pushState = function (...args: Parameters<History["pushState"]>) {
    push.apply(this, args);
    setTimeout(moved); // the page sets its title first
  };
  addEventListener("popstate", () => setTimeout(moved));
  addEventListener("pageshow", (event) => {
    if (event.persisted) seen();
  });
}

const place = (): string => location.pathname + location.search;

/** Calls `clicked` with the nearest marked element and the nearest link of every click, before the page sees it. */
export function watchClicks(clicked: (marked: HTMLElement | null, link: HTMLAnchorElement | null) => void): void {
  const on = (event: MouseEvent): void => {
    const target = event.composedPath()[0];
    if (!(target instanceof Element) || (event.type === "auxclick" && event.button !== 1)) return;
    clicked(target.closest<HTMLElement>("[data-percorso-event]"), target.closest<HTMLAnchorElement>("a[href]"));
  };
  document.addEventListener("click", on, true);
  document.addEventListener("auxclick", on, true);
}

/** `data-percorso-product-id="7"` is `product_id: "7"`; `data-percorso-properties` holds JSON, for what is no text. */
export function propertiesOf(marked: HTMLElement): Fields {
  const found: Fields = {};
  for (const { name, value } of Array.from(marked.attributes)) {
    const property = /^data-percorso-(.+)$/.exec(name)?.[1];
    if (property && property !== "event" && property !== "properties") found[property.replace(/-/g, "_")] = value;
  }
  return { ...found, ...(JSON.parse(marked.dataset.percorsoProperties ?? "{}") as Fields) };
}
