import { describe, expect, it } from "vitest";
import { addresses } from "./addresses";

describe("addresses", () => {
  it("takes one a line, each once", () => {
    expect(addresses(" https://a.example/x \n\nhttps://b.example\nhttps://a.example/x\n")).toEqual(["https://a.example/x", "https://b.example"]);
  });
  it("takes none from nothing", () => {
    expect(addresses(" \n ")).toEqual([]);
  });
});
