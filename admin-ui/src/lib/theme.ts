// Light, dark or as the system has it. The early script sets the first paint; this keeps it in step afterwards.
import { Cell } from "./cell";
import { recall, remember } from "./storage";

export type Theme = "light" | "dark" | "system";

const stored = recall("theme");
export const theme = new Cell<Theme>(stored === "light" || stored === "dark" ? stored : "system");

const systemDark = typeof matchMedia === "function" ? matchMedia("(prefers-color-scheme: dark)") : null;

function apply(): void {
  const choice = theme.get();
  const dark = choice === "dark" || (choice === "system" && Boolean(systemDark?.matches));
  document.documentElement.dataset.theme = dark ? "dark" : "light";
}

export function setTheme(choice: Theme): void {
  remember("theme", choice);
  theme.set(choice);
  apply();
}

systemDark?.addEventListener("change", apply);
