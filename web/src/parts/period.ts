/** Windows of company-local days, [from, to), as the pages offer them. Pure. */
export interface Window {
  from: string;
  to: string;
}

export const PRESETS = ["28d", "13w", "12m"] as const;
export type Preset = (typeof PRESETS)[number];

/** `day` moved by whole days; civil dates only. */
export function addDays(day: string, days: number): string {
  const at = new Date(`${day}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() + days);
  return at.toISOString().slice(0, 10);
}

/** The last complete days (13w: whole ISO weeks) before today. */
export function presetWindow(preset: Preset, today: string): Window {
  if (preset === "28d") return { from: addDays(today, -28), to: today };
  if (preset === "12m") {
    const at = new Date(`${today}T00:00:00Z`);
    at.setUTCFullYear(at.getUTCFullYear() - 1);
    return { from: at.toISOString().slice(0, 10), to: today };
  }
  const monday = addDays(today, -((new Date(`${today}T00:00:00Z`).getUTCDay() + 6) % 7));
  return { from: addDays(monday, -91), to: monday };
}

/** Which preset a window is, if any. */
export function presetOf(window: Window, today: string): Preset | null {
  return PRESETS.find((preset) => {
    const { from, to } = presetWindow(preset, today);
    return from === window.from && to === window.to;
  }) ?? null;
}
