// The parts of the console, as its address names them.

export const CONSOLE_TABS = [
  "sandboxes",
  "branding",
  "webhooks",
  "commission",
  "plans",
  "activity",
  "deleted",
] as const;

export type ConsoleTab = (typeof CONSOLE_TABS)[number];

export interface ConsoleSearch {
  /** Nothing is the tenants. */
  tab?: ConsoleTab | undefined;
  /** The webhook whose deliveries are looked at. */
  webhook?: string | undefined;
}
