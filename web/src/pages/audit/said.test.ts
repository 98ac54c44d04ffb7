import { describe, expect, it } from "vitest";
import { wordsOf } from "@/i18n";
import { ACTS, ACT_GROUPS, actsOf } from "./acts";
import { actorName, listed, peopleOf, short } from "./said";

describe("the words of the audit log", () => {
  it("tell where people were listed, and how many", () => {
    expect(listed("search:12")).toEqual({ place: "search", people: 12 });
    expect(listed("live")).toEqual({ place: "live", people: null });
  });

  it("name who acted", () => {
    const words = wordsOf("it");
    expect(actorName("ada@example.com", words)).toBe("ada@example.com");
    expect(actorName("key:reports", words)).toBe("Chiave reports");
    expect(actorName("command line", words)).toBe("Riga di comando");
    expect(actorName("command line (ann)", words)).toBe("Riga di comando (ann)");
  });

  it("tell whom an act is about", () => {
    expect(peopleOf({ act: "person.read", target: "p1" })).toEqual(["p1"]);
    expect(peopleOf({ act: "identity.linked", target: "p1 p2" })).toEqual(["p1", "p2"]);
    expect(peopleOf({ act: "task.done", target: "t1" })).toEqual([]);
    expect(peopleOf({ act: "person.exported", target: null })).toEqual([]);
  });

  it("cut only what is long", () => {
    expect(short("12")).toBe("12");
    expect(short("0123456789abcdef")).toBe("0123456789ab…");
  });

  it("offer every act once, and have a word for each", () => {
    expect(ACT_GROUPS.flatMap(actsOf).sort()).toEqual([...ACTS].sort());
    for (const act of ACTS) expect(wordsOf("en").word("audit", act)).not.toBe(act);
  });
});
