// Hues for tags and object glyphs. Lightness and chroma come from the theme, so every hue stays readable.
import { hash } from "./text";

/** The colour words of option definitions, in the order the picker shows them. */
export const COLORS = ["gray", "blue", "indigo", "purple", "pink", "red", "orange", "yellow", "green", "teal"] as const;
export type Color = (typeof COLORS)[number];

/** What the product says itself in colour may be a warning too; it is the theme's amber, which nobody picks for an option. */
export type Hue = Color | "amber";

const HUES: Record<Hue, number> = {
  gray: 260,
  blue: 245,
  indigo: 277,
  purple: 310,
  pink: 350,
  red: 25,
  orange: 55,
  yellow: 90,
  green: 150,
  teal: 190,
  amber: 75,
};

export function isHue(word: unknown): word is Hue {
  return typeof word === "string" && word in HUES;
}

/** Style of a tag in a named colour; unknown words are grey. */
export function tagStyle(color: string | undefined): React.CSSProperties {
  const name = isHue(color) ? color : "gray";
  return { "--h": HUES[name], ...(name === "gray" ? { "--grey": 0.25 } : {}) } as React.CSSProperties;
}

const GLYPH_HUES = [277, 150, 25, 215, 320, 75, 185, 350, 245, 110, 50, 295];

/** The hue of an object: always the same for the same name. */
export function objectHue(name: string): number {
  return GLYPH_HUES[hash(name) % GLYPH_HUES.length] ?? 277;
}
