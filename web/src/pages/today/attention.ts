/** Sentences of what needs attention, and which three things matter most. Pure. */
import type { AttentionRecord, BoardRecord, TileRecord } from "@/api/insight";
import type { Status } from "@/api/status";
import type { WordsOf } from "@/i18n";
import type { Format } from "@/i18n/format";
import { FEW, judge, kpiText, tooFew, type Unit } from "@/parts/kpi";

/** The subject in the company's words: a KPI's name or a friction's. */
export function subjectName(item: AttentionRecord, { word }: WordsOf): string {
  return word(item.kind === "spike" ? "friction" : "kpi", item.subject);
}

const number = (item: AttentionRecord, key: string): number | null => {
  const value = item.params[key];
  return typeof value === "number" ? value : null;
};

/** Now and before: of a KPI in its unit, of a trouble as a share of what it is out of, or as cases a week. */
function figures(item: AttentionRecord, f: Format): { now: string; before: string } {
  const write = (value: number | null, how: (value: number) => string) => (value === null ? "–" : how(value));
  if (item.kind !== "spike") {
    const unit = (item.params.unit ?? "points") as Unit;
    const how = (value: number) => kpiText(value, unit, f);
    return { now: write(number(item, "value"), how), before: write(number(item, item.kind === "target_missed" ? "target" : "before"), how) };
  }
  const share = number(item, "of") !== null;
  const how = (value: number) => (share ? f.percent(value, 1) : f.decimal(value, Number.isInteger(value) ? 0 : 1));
  return { now: write(number(item, "rate"), how), before: write(number(item, "usual_rate"), how) };
}

/** `place`: the name of the touchpoint that a KPI moved at; `called`: the subject's own name, where it is known. */
export function sentence(item: AttentionRecord, words: WordsOf, f: Format, place?: string, called?: string): string {
  const name = called ?? subjectName(item, words);
  if (item.kind === "target_missed") {
    const { now, before } = figures(item, f);
    return words.t("attention.target_missed", { name, now, target: before, due: f.date(String(item.params.due)), owner: String(item.params.owner) });
  }
  if (item.kind !== "spike") {
    const told = words.t(`attention.${item.kind}`, { name, ...figures(item, f) });
    return place ? words.t("attention.at", { told, place }) : told;
  }
  const count = f.whole(number(item, "count") ?? 0);
  const of = number(item, "of");
  if (of === null) return words.t("attention.spike", { name, count, ...figures(item, f) });
  return words.t("attention.spikeOf", { name, count, of: f.whole(of), ...figures(item, f) });
}

export interface Plain {
  id: "kpi" | "trouble" | "people";
  tone: "good" | "bad" | "neutral";
  text: string;
  button: string;
  to: string;
}

/** Essential mode: how the numbers go, where it hurts, who waits; one sentence and one button each. */
export function essential(
  board: BoardRecord,
  attention: readonly AttentionRecord[],
  status: Status,
  words: WordsOf,
  f: Format,
): Plain[] {
  return [numbers(board.tiles, words, f), trouble(attention, words, f), people(status, words)];
}

function numbers(tiles: readonly TileRecord[], { t, text }: WordsOf, f: Format): Plain {
  const told = tiles.filter((tile) => !tooFew(tile.now.n) && !tooFew(tile.before.n));
  const moved = told.filter((tile) => judge(tile.difference, tile.better) !== "unclear");
  const worst = moved.find((tile) => judge(tile.difference, tile.better) === "worse") ?? moved[0];
  if (!worst) {
    return {
      id: "kpi",
      tone: "neutral",
      text: told.length ? t("essential.steady") : t("essential.noNumbers", { n: FEW }),
      button: t("essential.goKpi"),
      to: `/kpis/${tiles[0]?.kpi ?? "nps"}`,
    };
  }
  const worse = judge(worst.difference, worst.better) === "worse";
  return {
    id: "kpi",
    tone: worse ? "bad" : "good",
    text: t(worse ? "essential.worse" : "essential.better", {
      name: text(worst.name),
      now: kpiText(worst.now.value ?? 0, worst.unit, f),
      before: kpiText(worst.before.value ?? 0, worst.unit, f),
    }),
    button: t("essential.goKpi"),
    to: `/kpis/${worst.kpi}`,
  };
}

function trouble(attention: readonly AttentionRecord[], words: WordsOf, f: Format): Plain {
  const { t } = words;
  const spike = attention.find((item) => item.kind === "spike");
  return {
    id: "trouble",
    tone: spike ? "bad" : "good",
    text: spike
      ? t("essential.spike", { name: subjectName(spike, words), ...figures(spike, f) })
      : t("essential.calm"),
    button: t("essential.goMap"),
    to: "/journey",
  };
}

function people({ queues }: Status, { t, tn }: WordsOf): Plain {
  const overdue = queues.tasks_overdue;
  const open = queues.tasks_open;
  return {
    id: "people",
    tone: overdue ? "bad" : open ? "neutral" : "good",
    text: overdue ? tn("essential.overdue", overdue) : open ? tn("essential.open", open) : t("essential.nobody"),
    button: t(open ? "essential.goTasks" : "essential.goPeople"),
    to: open ? "/tasks" : "/people",
  };
}
