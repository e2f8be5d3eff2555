import {
  createTheme,
  type CSSVariablesResolver,
  defaultVariantColorsResolver,
  type MantineColorsTuple,
  type MantineTheme,
} from "@mantine/core";

// Warm neutrals, light to dark: paper to iron.
const STONE: MantineColorsTuple = [
  "#f8f7f4",
  "#f1efea",
  "#e6e3dc",
  "#d5d1c8",
  "#b9b4a8",
  "#918b7f",
  "#6f6a60",
  "#57534b",
  "#38352f",
  "#1d1b18",
];

// Mantine reads these in dark mode: 0 is text, 7 the page.
const NIGHT: MantineColorsTuple = [
  "#ece9e3",
  "#cfcac0",
  "#b5b0a5",
  "#979186",
  "#45423c",
  "#2e2c28",
  "#22201d",
  "#141312",
  "#100f0e",
  "#0b0a0a",
];

const RED: MantineColorsTuple = [
  "#fdf0ee",
  "#f9dcd8",
  "#f2b6ae",
  "#ff8076",
  "#e2564a",
  "#cd3c30",
  "#b3261e",
  "#981d16",
  "#7c1812",
  "#5f120d",
];

/** One calm theme: ink on paper, colour only where it says something. Colours that differ by scheme are in tokens.css. */
export const theme = createTheme({
  primaryColor: "gray",
  primaryShade: { light: 9, dark: 1 },
  colors: { gray: STONE, dark: NIGHT, red: RED },
  black: "#1d1b18",
  fontFamily: "var(--font-geist-sans), system-ui, sans-serif",
  fontFamilyMonospace: "var(--font-geist-mono), ui-monospace, monospace",
  headings: {
    fontFamily: "var(--font-geist-sans), system-ui, sans-serif",
    fontWeight: "600",
    sizes: {
      h1: { fontSize: "1.375rem", lineHeight: "1.3" },
      h2: { fontSize: "1rem", lineHeight: "1.4" },
      h3: { fontSize: "0.875rem", lineHeight: "1.45" },
    },
  },
  fontSizes: { xs: "0.75rem", sm: "0.8125rem", md: "0.875rem", lg: "1rem", xl: "1.125rem" },
  radius: { xs: "3px", sm: "5px", md: "7px", lg: "10px", xl: "16px" },
  defaultRadius: "sm",
  cursorType: "pointer",
  respectReducedMotion: true,
  components: {
    Input: {
      vars: (_theme: MantineTheme, { error }: { error?: unknown }) => ({
        wrapper: error ? {} : { "--input-bd": "var(--line-input)", "--input-bg": "var(--surface)" },
      }),
    },
    InputWrapper: {
      vars: () => ({
        label: { "--input-label-size": "0.8125rem" },
        description: { "--input-description-size": "0.8125rem" },
        error: { "--input-error-size": "0.8125rem" },
      }),
    },
    Button: { defaultProps: { size: "sm" } },
    TextInput: { defaultProps: { size: "sm" } },
    PasswordInput: { defaultProps: { size: "sm" } },
    NumberInput: { defaultProps: { size: "sm" } },
    Select: { defaultProps: { size: "sm" } },
    Textarea: { defaultProps: { size: "sm" } },
    TagsInput: { defaultProps: { size: "sm" } },
    // As filled buttons: of two schemes one would have white words on white.
    Chip: { defaultProps: { color: "gray" } },
    // White by itself, which nobody sees on the light ink of dark mode.
    Checkbox: { defaultProps: { iconColor: "var(--surface)" } },
    Radio: { defaultProps: { iconColor: "var(--surface)" } },
    CloseButton: { defaultProps: { "aria-label": "Close" } },
    // Its own scroll lock writes a style element without our nonce; globals.css does it instead.
    Modal: {
      defaultProps: { centered: true, overlayProps: { backgroundOpacity: 0.45 }, radius: "md", lockScroll: false },
    },
    Tooltip: { defaultProps: { openDelay: 250, events: { hover: true, focus: true, touch: true } } },
  },
  variantColorResolver: (input) =>
    input.variant === "filled" && (input.color === undefined || input.color === "gray")
      ? {
          background: "var(--ink)",
          hover: "var(--ink-2)",
          color: "var(--surface)",
          border: "1px solid transparent",
        }
      : defaultVariantColorsResolver(input),
});

// Mantine sets these by scheme, so they have to be set by scheme here; our tokens change with the scheme themselves.
const TOKENS = {
  "--mantine-color-body": "var(--surface)",
  "--mantine-color-text": "var(--ink)",
  "--mantine-color-bright": "var(--ink)",
  "--mantine-color-dimmed": "var(--ink-3)",
  "--mantine-color-placeholder": "var(--ink-3)",
  "--mantine-color-default": "var(--surface)",
  "--mantine-color-default-hover": "var(--hover)",
  "--mantine-color-default-color": "var(--ink)",
  "--mantine-color-default-border": "var(--line-input)",
  "--mantine-color-anchor": "var(--link)",
  "--mantine-color-error": "var(--down)",
  "--mantine-primary-color-contrast": "var(--surface)",
};

/** Points Mantine's own variables at our tokens, so that every surface follows one palette. */
export const cssVariables: CSSVariablesResolver = () => ({ variables: {}, light: TOKENS, dark: TOKENS });
