// The parts of the console, as its address names them.

export const CONSOLE_TABS = [
  "sandboxes",
  "branding",
  "layers",
  "webhooks",
  "commission",
  "plans",
  "activity",
  "deleted",
] as const;

export type ConsoleTab = (typeof CONSOLE_TABS)[number];

export const LAYER_PARTS = ["tenants", "editions", "edit"] as const;

export type LayerPart = (typeof LAYER_PARTS)[number];

export interface ConsoleSearch {
  /** Nothing is the tenants. */
  tab?: ConsoleTab | undefined;
  /** The webhook whose deliveries are looked at. */
  webhook?: string | undefined;
  /** The package of which one looks at what is said. */
  layer?: string | undefined;
  /** What of it; nothing is what it says. */
  part?: LayerPart | undefined;
}
