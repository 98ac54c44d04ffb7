import type { TagTone } from "@/parts/Tag";
import type { LiveItem } from "./feed";

export function verdictTone(verdict: LiveItem["verdict"]): TagTone {
  if (verdict === "accepted") return "good";
  return verdict === "quarantined" || verdict === "conflict" ? "bad" : "neutral";
}
