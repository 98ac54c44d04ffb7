/** How the codes of the log are said. Pure. */
import type { WordsOf } from "@/i18n";
import type { Act } from "./acts";

export interface Listed {
  place: string;
  /** null: they came one by one. */
  people: number | null;
}

/** What `people.listed` is about: `PLACE:NUMBER`, or `live`. */
export function listed(target: string): Listed {
  const [place = "", number] = target.split(":");
  return { place, people: number === undefined ? null : Number(number) };
}

const OF_PEOPLE: readonly Act[] = ["preferences.linked", "identity.linked", "identity.separated", "identity.withdrawn", "match.decided"];

/** The ids of the people an act is about: one, or two with a space between; none when it is about something else. */
export function peopleOf({ act, target }: { act: Act; target: string | null }): string[] {
  return target && (act.startsWith("person.") || OF_PEOPLE.includes(act)) ? target.split(" ") : [];
}

/** An email as it is, a key by its name, a command by where it was given. */
export function actorName(actor: string, { t }: Pick<WordsOf, "t">): string {
  const account = /^command line(?: \((.*)\))?$/.exec(actor);
  if (account) return account[1] ? t("audit.commandLineOf", { account: account[1] }) : t("audit.commandLine");
  return actor.startsWith("key:") ? t("audit.key", { name: actor.slice(4) }) : actor;
}

/** The beginning of an id or a hash, which is enough to tell it from others. */
export const short = (id: string): string => (id.length > 14 ? `${id.slice(0, 12)}…` : id);
