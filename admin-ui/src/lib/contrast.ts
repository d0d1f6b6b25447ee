// How well one reads what is drawn in a colour of the workspace: the theme's own arithmetic (`theme.css`), and WCAG's.

type Triple = [number, number, number];

const linear = (v: number): number => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);

/** Lightness, chroma and hue (in radians) of `#rrggbb`. */
export function oklchOf(hex: string): Triple {
  const [r, g, b] = [1, 3, 5].map((at) => linear(Number.parseInt(hex.slice(at, at + 2), 16) / 255)) as Triple;
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  const a = 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s;
  const bb = 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s;
  return [0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s, Math.hypot(a, bb), Math.atan2(bb, a)];
}

/** Linear red, green and blue; what no screen can show is brought to its edge. */
function linearOf([lightness, chroma, hue]: Triple): Triple {
  const [a, b] = [chroma * Math.cos(hue), chroma * Math.sin(hue)];
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const clip = (v: number) => Math.min(1, Math.max(0, v));
  return [
    clip(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    clip(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    clip(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}

const luminance = (colour: Triple): number => {
  const [r, g, b] = linearOf(colour);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};

const ratio = (a: number, b: number): number => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);

export interface Contrasts {
  /** White on a button of the colour. */
  button: number;
  /** A link of the colour on the sheet. */
  link: number;
}

/** Lightness and most chroma of what is drawn in the colour, by theme: the button, the link, the sheet. */
const THEMES = {
  light: { button: [0.52, 0.19], link: [0.49, 0.17], sheet: [0.997, 0.008] },
  dark: { button: [0.52, 0.17], link: [0.77, 0.13], sheet: [0.182, 0.035] },
} as const;

/** What the theme makes of a colour; below 4.5 it could not be read by everybody. */
export function contrastsOf(hex: string, theme: keyof typeof THEMES): Contrasts {
  const [, chroma, hue] = oklchOf(hex);
  const { button, link, sheet } = THEMES[theme];
  const ground = luminance([sheet[0], Math.min(chroma, 0.2) * sheet[1], hue]);
  return {
    button: ratio(1, luminance([button[0], Math.min(chroma, button[1]), hue])),
    link: ratio(luminance([link[0], Math.min(chroma, link[1]), hue]), ground),
  };
}
