/** The colours of the scheme in force, as charts want them. */
export interface Look {
  accent: string;
  surface: string;
  ink: string;
  quiet: string;
  line: string;
  during: string;
  font: string;
}

export function lookNow(): Look {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string) => style.getPropertyValue(name).trim();
  return {
    accent: read("--accent"),
    surface: read("--surface"),
    ink: read("--ink"),
    quiet: read("--ink-3"),
    line: read("--line"),
    during: read("--during"),
    font: read("--font"),
  };
}
