// What the workspace looks like: a name, a logo and one colour, kept by the browser so that the next page has them from its
// first paint (see `early.js`). Of the colour the theme takes hue and strength alone.
import { Cell } from "./cell";
import { recallJson, remember } from "./storage";

export interface Brand {
  /** In place of the workspace's own name. */
  name: string | null;
  /** `#rrggbb`. */
  accent: string | null;
  /** A picture as a `data:` address. */
  logo: string | null;
}

export const PLAIN: Brand = { name: null, accent: null, logo: null };

export const isColour = (text: unknown): text is string => typeof text === "string" && /^#[0-9a-f]{6}$/i.test(text);

export const brand = new Cell<Brand>({ ...PLAIN, ...recallJson<Partial<Brand>>("brand", {}) });

/** Puts a look on, here and for the next page. */
export function wear(next: Brand): void {
  if (JSON.stringify(next) === JSON.stringify(brand.get())) return;
  remember("brand", next);
  brand.set(next);
  const { style } = document.documentElement;
  if (isColour(next.accent)) style.setProperty("--brand", next.accent);
  else style.removeProperty("--brand");
}
