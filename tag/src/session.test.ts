import { expect, test } from "vitest";
import { campaignOf, scanOf, SESSION_MS, touched } from "./session";

let made = 0;
const newId = () => `s${++made}`;

test("a visit goes on until half an hour of rest", () => {
  const first = touched(undefined, 1000, undefined, newId);
  expect(first.isNew).toBe(true);
  const next = touched(first.session, 1000 + SESSION_MS - 1, undefined, newId);
  expect(next).toEqual({ session: { ...first.session, at: 1000 + SESSION_MS - 1 }, isNew: false });
  const later = touched(next.session, next.session.at + SESSION_MS, undefined, newId);
  expect(later.isNew).toBe(true);
  expect(later.session.id).not.toBe(next.session.id);
});

test("another campaign is another visit, the same again is not", () => {
  const mail = { source: "mail" };
  const first = touched(undefined, 0, mail, newId);
  expect(first.session.campaign).toEqual(mail);
  expect(touched(first.session, 1, { source: "mail" }, newId).isNew).toBe(false);
  expect(touched(first.session, 1, undefined, newId).session.campaign).toEqual(mail);
  const other = touched(first.session, 2, { source: "ads" }, newId);
  expect(other).toMatchObject({ isNew: true, session: { campaign: { source: "ads" } } });
});

test("a clock that is set back ends no visit", () => {
  const { session } = touched(undefined, 1_000_000, undefined, newId);
  expect(touched(session, 5, undefined, newId)).toEqual({ session, isNew: false });
});

test("campaigns are UTM words, click ids and QR codes", () => {
  expect(campaignOf("?a=1")).toBeUndefined();
  expect(campaignOf("?utm_source=mail&utm_campaign=spring&utm_term=&gclid=g1")).toEqual({
    source: "mail",
    name: "spring",
    click_ids: { gclid: "g1" },
  });
  expect(campaignOf("", scanOf("poster-7"))).toEqual({ qr: "poster-7", medium: "qr" });
  const scan = "0123456789abcdef".repeat(2);
  expect(campaignOf("?utm_medium=flyer", scanOf(`a.b.${scan}`))).toEqual({ qr: "a.b", scan, medium: "flyer" });
});
