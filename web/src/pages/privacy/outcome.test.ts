import { describe, expect, it } from "vitest";
import { outcomeOf } from "./outcome";

const done = { subject_request_type: "erasure", step: "done" } as const;

describe("outcomeOf", () => {
  it("counts events once it is done", () => {
    expect(outcomeOf({ ...done, counts: { people: 1, log_events: 7 } })).toBe(7);
    expect(outcomeOf({ ...done, step: "found", counts: { people: 1, log_events: 7 } })).toBeNull();
  });

  it("says why nothing went", () => {
    expect(outcomeOf({ ...done, counts: { people: 0, shared: 2 } })).toBe("shared");
    expect(outcomeOf({ ...done, counts: {} })).toBe("nobody");
  });

  it("says nothing of other requests", () => {
    expect(outcomeOf({ subject_request_type: "access", step: "done", counts: {} })).toBeNull();
  });
});
