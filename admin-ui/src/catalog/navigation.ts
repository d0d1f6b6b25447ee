// The lines of the navigation: those of the chosen app first, everything else below; without an app every object.
import { LayoutGrid, type LucideIcon } from "lucide-react";
import { Cell } from "@/lib/cell";
import { recall, remember } from "@/lib/storage";
import { type Catalog, isPart } from "./catalog";
import { iconByName } from "./icons";
import type { AppDef, ObjectDef } from "./types";

/** One line: the records of an object, in one of its views. */
export interface Line {
  key: string;
  object: ObjectDef;
  view: string | undefined;
  label: string;
}

export interface Navigation {
  app: AppDef | undefined;
  lines: Line[];
  /** What stands folded below. */
  more: Line[];
}

/** All objects, in place of an app. */
export const EVERYTHING = "*";

/** The name of the app that this browser is in; nothing until one is chosen. */
export const chosenApp = new Cell<string | null>(recall("app"));

export function chooseApp(name: string): void {
  remember("app", name);
  chosenApp.set(name);
}

export const appIcon = (app: { icon?: string | null | undefined } | undefined): LucideIcon =>
  app?.icon ? iconByName(app.icon) : LayoutGrid;

/** Where a line goes, as the router takes it. */
export const placeOf = (line: Line) =>
  ({
    to: "/o/$plural",
    params: { plural: line.object.plural },
    search: line.view ? { view: line.view } : {},
  }) as const;

const lineOf = (object: ObjectDef): Line => ({
  key: object.name,
  object,
  view: undefined,
  label: object.plural_label,
});

/** Who shapes the platform begins with everything, everybody else with the first app that is for them. */
function appOf(catalog: Catalog, chosen: string | null): AppDef | undefined {
  if (chosen === EVERYTHING) return undefined;
  const found = catalog.apps.find((app) => app.name === chosen);
  return found ?? (catalog.may("manage_metadata") ? undefined : catalog.apps[0]);
}

export function navigationOf(catalog: Catalog, chosen: string | null): Navigation {
  const app = appOf(catalog, chosen);
  const all = catalog.navigation;
  if (!app) {
    const whole = all.filter((object) => !isPart(object));
    return { app, lines: whole.map(lineOf), more: all.filter(isPart).map(lineOf) };
  }
  const lines = app.items.flatMap((item): Line[] => {
    const object = catalog.object(item.object);
    const view = item.view ?? undefined;
    return object ? [{ key: `${item.object}/${view ?? ""}`, object, view, label: item.label }] : [];
  });
  const named = new Set(lines.map((line) => line.object.name));
  return { app, lines, more: all.filter((object) => !named.has(object.name)).map(lineOf) };
}

/** Whether a line is the one of where one is: that of the view if there is one, else that of the object. */
export function isHere(line: Line, all: Line[], plural: string | undefined, view: string | undefined): boolean {
  if (line.object.plural !== plural) return false;
  const exact = (one: Line) => one.object === line.object && one.view === view;
  return exact(line) || (line.view === undefined && !all.some(exact));
}

/** A letter for each object: the first of its name that is still free. "s" is setup. */
export function goLetters(catalog: Catalog): { letter: string; object: ObjectDef }[] {
  const taken = new Set(["s", "g"]);
  const found: { letter: string; object: ObjectDef }[] = [];
  for (const object of catalog.navigation) {
    const letter = [...object.plural_label.toLowerCase()].find((c) => /[a-z]/.test(c) && !taken.has(c));
    if (!letter) continue;
    taken.add(letter);
    found.push({ letter, object });
  }
  return found;
}
