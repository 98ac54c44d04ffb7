import { describe as suite, expect, it } from "vitest";
import { wordsOf } from "@/i18n";
import { createFormat } from "@/i18n/format";
import { describe } from "./describe";

const words = wordsOf("en");
const f = createFormat("en", "Europe/Rome");
const say = (name: string, properties: Record<string, unknown>) => describe(name, properties, words, f).summary;

suite("events in one line", () => {
  it("say what was bought", () => {
    expect(say("Order Completed", { revenue: 34.5, currency: "EUR", products: [{}, {}] })).toBe("€34.50 · 2 products");
    expect(say("Order Completed", {})).toBe("");
  });

  it("say how late a parcel was", () => {
    const at = { delivered_at: "2026-02-03T10:00:00Z", estimated_at: "2026-02-01T10:00:00Z", courier: "Lento" };
    expect(say("Order Delivered", at)).toBe("2 days past the estimate · Lento");
    expect(say("Order Delivered", { ...at, delivered_at: "2026-01-31T10:00:00Z" })).toBe("in time · Lento");
  });

  it("keep the words of the person apart, with their language", () => {
    const told = describe("Survey Answered", { kind: "nps", score: 3, scale: 10, comment: "Freddo!", language: "it" }, words, f);
    expect(told).toEqual({ summary: "NPS: 3 of 10", quote: "Freddo!", quoteLanguage: "it" });
    expect(describe("Complaint Filed", { subject: "parcel", text: "Where is it?" }, words, f).quote).toBe("Where is it?");
  });

  it("say how a call went", () => {
    expect(say("Call Ended", { talk_s: 240, subject: "invoice", resolved: false })).toBe("4 min on the phone · invoice · not solved");
    expect(say("Call Answered", { wait_s: 75 })).toBe("after 75 s of waiting");
  });

  it("show a search without result and a price that rose", () => {
    expect(say("Products Searched", { query: "decaf pods", results: 0 })).toBe("“decaf pods”, 0 results");
    expect(say("Subscription Changed", { plan: "Capsule", price: 32, previous_price: 20, currency: "EUR" })).toBe("Capsule · from €20.00 to €32.00");
  });

  it("survive whatever else comes", () => {
    expect(say("Order Completed", { revenue: "many", products: "none" })).toBe("");
    expect(say("Novel Event", { name: "x" })).toBe("x");
    expect(say("Order Completed", { revenue: 5, currency: "not money" })).toBe("5.00");
  });
});
