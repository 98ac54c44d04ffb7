/** Mantine in our colours: one accent, soft corners, the rest in `styles.css`. */
import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from "@mantine/core";

const azure: MantineColorsTuple = [
  "#eef2fd",
  "#dbe4fa",
  "#b6c7ff",
  "#93adff",
  "#6f8df0",
  "#4a6bdc",
  "#2f55cb",
  "#2449b8",
  "#1d3b98",
  "#152c74",
];

/** Mantine's greys of the dark scheme, from text to ground, in our blue. */
const night: MantineColorsTuple = [
  "#eaeef7",
  "#b4bed1",
  "#96a1b7",
  "#5d687f",
  "#364156",
  "#283144",
  "#1d2433",
  "#151b28",
  "#0d111b",
  "#080b12",
];

const dialog = { title: { fontSize: 20, fontWeight: 600, letterSpacing: "-0.015em" } };

const full = { "--button-bg": "var(--accent)", "--button-color": "var(--on-accent)", "--button-hover": "var(--accent-ink)" };
const soft = {
  "--button-bg": "var(--accent-soft)",
  "--button-color": "var(--accent-ink)",
  "--button-hover": "color-mix(in srgb, var(--accent-soft) 80%, var(--accent))",
};

export const theme = createTheme({
  fontFamily: "var(--font)",
  fontFamilyMonospace: "var(--mono)",
  headings: { fontFamily: "var(--font)", fontWeight: "620" },
  colors: { azure, dark: night },
  primaryColor: "azure",
  primaryShade: { light: 7, dark: 3 },
  autoContrast: true,
  defaultRadius: "md",
  cursorType: "pointer",
  respectReducedMotion: true,
  components: {
    Button: {
      vars: (_: unknown, { variant = "filled", color }: { variant?: string; color?: string }) => ({
        root: color ? {} : variant === "light" ? soft : variant === "filled" ? full : {},
      }),
    },
    Tooltip: { defaultProps: { withArrow: true, openDelay: 250, multiline: true, maw: 320 } },
    Drawer: { defaultProps: { position: "right", overlayProps: { backgroundOpacity: 0.35, blur: 2 } }, styles: dialog },
    Modal: { defaultProps: { centered: true, overlayProps: { backgroundOpacity: 0.35, blur: 2 } }, styles: dialog },
  },
});

/** Our tokens in Mantine's names, so that its parts sit on the same ground. */
export const variables: CSSVariablesResolver = () => ({
  variables: { "--mantine-primary-color-contrast": "var(--on-accent)" },
  light: {
    "--mantine-color-body": "var(--surface)",
    "--mantine-color-text": "var(--ink)",
    "--mantine-color-dimmed": "var(--ink-3)",
    "--mantine-color-default-border": "var(--line)",
    "--mantine-color-placeholder": "var(--ink-3)",
    "--mantine-color-error": "var(--bad)",
  },
  dark: {
    "--mantine-color-body": "var(--surface)",
    "--mantine-color-text": "var(--ink)",
    "--mantine-color-dimmed": "var(--ink-3)",
    "--mantine-color-default-border": "var(--line)",
    "--mantine-color-default": "var(--sunken)",
    "--mantine-color-default-hover": "var(--line)",
    "--mantine-color-placeholder": "var(--ink-3)",
    "--mantine-color-error": "var(--bad)",
  },
});
