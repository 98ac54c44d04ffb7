/** How a mood from -1 to 1 is named, tinted and drawn. Pure. */
export type MoodName = "very_bad" | "bad" | "neutral" | "good" | "very_good" | "unknown";
export type Tone = "good" | "bad" | "neutral";

export function moodName(mood: number | null | undefined): MoodName {
  if (mood === null || mood === undefined) return "unknown";
  if (mood <= -0.6) return "very_bad";
  if (mood <= -0.2) return "bad";
  if (mood < 0.2) return "neutral";
  if (mood < 0.6) return "good";
  return "very_good";
}

export function moodTone(mood: number | null | undefined): Tone {
  const name = moodName(mood);
  if (name.endsWith("bad")) return "bad";
  return name.endsWith("good") ? "good" : "neutral";
}

/** The mouth of a face in a 24 x 24 box: the end points stay, the middle follows the mood. */
export function mouth(mood: number | null | undefined): string {
  if (mood === null || mood === undefined) return "M9 15.5h6";
  const bend = Math.max(-1, Math.min(1, mood)) * 3.2;
  const ends = 15.3 - bend * 0.35;
  return `M8 ${ends.toFixed(2)}Q12 ${(ends + bend).toFixed(2)} 16 ${ends.toFixed(2)}`;
}

export type EffortName = "none" | "low" | "medium" | "high";

/** Decayed points of effort, in words: one point is one contact or retry too many. */
export function effortName(points: number): EffortName {
  if (points < 0.5) return "none";
  if (points < 2) return "low";
  return points < 4 ? "medium" : "high";
}
