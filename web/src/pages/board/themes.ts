/** Tiles by theme, in the order of the board; those without any data apart. Pure. */
import type { TileRecord } from "@/api/insight";

export interface ThemeOf {
  theme: string;
  told: TileRecord[];
  silent: TileRecord[];
}

export function themesOf(tiles: readonly TileRecord[]): ThemeOf[] {
  const found = new Map<string, ThemeOf>();
  for (const tile of tiles) {
    const one = found.get(tile.theme) ?? { theme: tile.theme, told: [], silent: [] };
    (tile.now.n + tile.before.n > 0 ? one.told : one.silent).push(tile);
    found.set(tile.theme, one);
  }
  return [...found.values()];
}
