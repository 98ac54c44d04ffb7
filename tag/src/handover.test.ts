import { expect, test } from "vitest";
import { belongs, decode, encode, LIVES_S, withParameter, without } from "./handover";
import { dashed } from "./ids";

const handed = {
  anonymousId: dashed("a".repeat(32)),
  deviceId: dashed("b".repeat(32)),
  sessionId: dashed("0123456789abcdef".repeat(2)),
};
const NOW = 1_800_000_000_000;

test("what is handed over arrives, for two minutes, in the same browser", () => {
  const text = encode(handed, NOW, "firefox");
  expect(encodeURIComponent(text)).toBe(text);
  expect(decode(text, NOW + 1000, "firefox")).toEqual(handed);
  expect(decode(text, NOW + (LIVES_S + 1) * 1000, "firefox")).toBeUndefined();
  expect(decode(text, NOW - 10_000, "firefox")).toBeUndefined();
  expect(decode(text, NOW, "chromium")).toBeUndefined();
});

test("what was changed, or is nothing of ours, does not arrive", () => {
  const text = encode(handed, NOW, "");
  expect(decode(text.replace("a", "c"), NOW, "")).toBeUndefined();
  for (const broken of ["", "1", text.slice(0, -1), `${text}x`, "1.zzz.a.b.c.d", "x".repeat(10_000)]) {
    expect(decode(broken, NOW, "")).toBeUndefined();
  }
});

test("a parameter comes and goes, and the rest of the address stays as it is written", () => {
  for (const url of ["https://a.it/", "/p?q=a%20b+c&x", "/p?a=1#top", "/p#x?y#z", "?", "/p?_pcx=1"]) {
    const set = withParameter(url, "_pc", "1.2");
    expect(without(set, "_pc")).toBe(url === "?" ? "" : url);
    expect(withParameter(set, "_pc", "1.2")).toBe(set);
  }
  expect(withParameter("/p?a=1#top", "_pc", "7")).toBe("/p?a=1&_pc=7#top");
});

test("a domain has its subdomains, and no others", () => {
  expect(belongs("shop.example.com", ["example.com"])).toBe(true);
  expect(belongs("example.com", ["example.com"])).toBe(true);
  expect(belongs("badexample.com", ["example.com"])).toBe(false);
});
