/** Mending rules as a form holds them, and as the server takes them. Pure. */
export const VERBS = ["set", "default", "rename", "remove", "cast"] as const;
export type Verb = (typeof VERBS)[number];
export const KINDS = ["text", "number", "integer", "boolean", "time"] as const;
export type Kind = (typeof KINDS)[number];

/** `to`: a value, a path or, for times, a format; `kind` only for casts. */
export interface EditDraft {
  verb: Verb;
  path: string;
  to: string;
  kind: Kind;
}

/** Empty `field`: the edits are made in every chosen item. */
export interface RuleDraft {
  field: string;
  is: string;
  edits: EditDraft[];
}

export type Rule = Record<string, unknown>;

export const emptyEdit = (given: Partial<EditDraft> = {}): EditDraft => ({ verb: "set", path: "", to: "", kind: "text", ...given });

/** A value as people type it: JSON where it is JSON (12.5, true), else text. */
export function valueOf(text: string): unknown {
  const trimmed = text.trim();
  if (/^(-?\d+(\.\d+)?|true|false|\[.*\]|\{.*\}|".*")$/s.test(trimmed)) {
    try {
      return JSON.parse(trimmed) as unknown;
    } catch {
      return text;
    }
  }
  return text;
}

function editOf(edit: EditDraft): Rule {
  const path = edit.path.trim();
  switch (edit.verb) {
    case "remove":
      return { remove: path };
    case "rename":
      return { rename: path, to: edit.to.trim() };
    case "cast": {
      const detail = edit.to.trim();
      if (edit.kind === "time" && detail) return { cast: path, to: "time", format: detail };
      if ((edit.kind === "number" || edit.kind === "integer") && detail === ",") return { cast: path, to: edit.kind, decimal: "," };
      return { cast: path, to: edit.kind };
    }
    default:
      return { [edit.verb]: path, to: valueOf(edit.to) };
  }
}

/** The rules of a draft; edits without a path are not there yet. */
export function rulesOf(draft: RuleDraft): Rule[] {
  const edits = draft.edits.filter((edit) => edit.path.trim() !== "").map(editOf);
  if (edits.length === 0) return [];
  const field = draft.field.trim();
  return [field ? { when: { field, is: valueOf(draft.is) }, edits } : { edits }];
}

/** Where to begin with items refused for a reason; nothing is filled in that only people can know. */
const FIRST: Readonly<Record<string, Partial<EditDraft>>> = {
  missing_event: { verb: "default", path: "event" },
  unknown_type: { verb: "set", path: "type", to: "track" },
  no_identifier: { verb: "rename", path: "properties.user_id", to: "userId" },
  invalid_identifier: { verb: "cast", path: "userId", kind: "text" },
  invalid_timestamp: { verb: "cast", path: "timestamp", kind: "time", to: "%d/%m/%Y %H:%M" },
  invalid_message_id: { verb: "remove", path: "messageId" },
  missing_group: { verb: "default", path: "groupId" },
  missing_previous: { verb: "default", path: "previousId" },
  conflict: { verb: "remove", path: "messageId" },
};

export const firstDraft = (reason: string | null): RuleDraft => ({
  field: "",
  is: "",
  edits: [emptyEdit(FIRST[reason ?? ""])],
});

/** JSON for reading; what is no JSON stays as it came. */
export function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
