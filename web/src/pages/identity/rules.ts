/** The rules of identity as a form edits them. Pure. */
import type { Rules, RulesState } from "@/api/identity";

export function rulesOf(said: RulesState["wanted"]["rules"]): Rules {
  const { claims, classes, limits, blocked, domains, region, burst } = said as unknown as Rules;
  return { claims, classes: { ...classes }, limits: { ...limits }, blocked: [...blocked], domains: [...domains], region, burst };
}

/** One a line, empty lines left out. */
export const linesOf = (text: string): string[] => text.split("\n").map((line) => line.trim()).filter(Boolean);

/** Whether two sets of rules say the same, whatever the order. */
export function sameRules(one: Rules, other: Rules): boolean {
  const plain = (rules: Rules) =>
    JSON.stringify({
      ...rules,
      classes: Object.entries(rules.classes).sort(),
      limits: Object.entries(rules.limits).sort(),
      blocked: [...rules.blocked].sort(),
      domains: [...rules.domains].sort(),
    });
  return plain(one) === plain(other);
}

/** The same rules with another limit; without one the kind has what its class has. */
export function withLimit(rules: Rules, kind: string, limit: number | null): Rules {
  const limits = Object.fromEntries(Object.entries(rules.limits).filter(([name]) => name !== kind));
  return { ...rules, limits: limit === null ? limits : { ...limits, [kind]: limit } };
}

export function withoutClass(rules: Rules, kind: string): Rules {
  return { ...rules, classes: Object.fromEntries(Object.entries(rules.classes).filter(([name]) => name !== kind)) };
}

export const validKind = (text: string): boolean => /^[a-z][a-z0-9_]{0,39}$/.test(text);
