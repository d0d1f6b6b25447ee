// What the workspace looks like: a name, a logo and one colour, kept by the browser so that the next page has them from its
// first paint (see `early.js`). Of the colour the theme takes hue and strength alone.
//
// A look is kept under its workspace: several may be at one address, and none of them is shown as another.
import { Cell } from "./cell";
import { forgetOthers, recall, recallJson, remember } from "./storage";

export interface Brand {
  /** In place of the workspace's own name. */
  name: string | null;
  /** `#rrggbb`. */
  accent: string | null;
  /** A picture as a `data:` address. */
  logo: string | null;
}

export const PLAIN: Brand = { name: null, accent: null, logo: null };

/** What is seen of two: where the first says nothing, the other holds. */
export const over = (own: Brand, otherwise: Brand): Brand => ({
  name: own.name ?? otherwise.name,
  accent: own.accent ?? otherwise.accent,
  logo: own.logo ?? otherwise.logo,
});

export const isColour = (text: unknown): text is string => typeof text === "string" && /^#[0-9a-f]{6}$/i.test(text);

/** Where one is not signed in yet: the address alone says whose page it is. */
const OUTSIDE = /^\/(sign-in|forgot-password|set-password|tenants)/;

/** The workspace that this page is of: as its address says, else that of who was signed in last; "" is the host's. */
function ofPage(): string {
  const { pathname, search } = window.location;
  return (OUTSIDE.test(pathname) ? new URLSearchParams(search).get("tenant") : recall("tenant")) ?? "";
}

let tenant = ofPage();

export const brand = new Cell<Brand>({ ...PLAIN, ...recallJson<Partial<Brand>>(`brand.${tenant}`, {}) });

/** From here on looks are those of this workspace; `inside`: one is signed in to it. */
export function wearAs(next: string, inside: boolean): void {
  tenant = next;
  if (!inside) return;
  remember("tenant", next);
  forgetOthers("brand.", ["", next]);
}

/** Puts a look on, here and for the next page of its workspace. */
export function wear(next: Brand): void {
  remember(`brand.${tenant}`, next);
  if (JSON.stringify(next) !== JSON.stringify(brand.get())) brand.set(next);
  const { style } = document.documentElement;
  if (isColour(next.accent)) style.setProperty("--brand", next.accent);
  else style.removeProperty("--brand");
  showIcon(next.logo);
}

/** The icon of the browser's tab: the logo, else that of the product. */
function showIcon(logo: string | null): void {
  const link = document.querySelector<HTMLLinkElement>("link[rel=icon]");
  if (!link) return;
  link.dataset.own ??= link.getAttribute("href") ?? "";
  const href = logo ?? link.dataset.own;
  if (link.getAttribute("href") === href) return;
  link.type = logo ? (/^data:([^;,]+)/.exec(logo)?.[1] ?? "") : "image/svg+xml";
  link.href = href;
}

showIcon(brand.get().logo);
