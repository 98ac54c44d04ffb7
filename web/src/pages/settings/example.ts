/** A first event to send from a terminal: a person and a page, nothing to install. */
export function firstEvent(origin: string, key: string): string {
  return [
    `curl ${origin}/v1/track -u ${key}: \\`,
    "  -H 'Content-Type: application/json' \\",
    `  -d '{"event": "Product Viewed", "userId": "first-person", "properties": {"name": "Espresso"}}'`,
  ].join("\n");
}
