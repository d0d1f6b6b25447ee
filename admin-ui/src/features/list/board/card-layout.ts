// What a card shows and how tall it is: every card of a board has the same height, so that columns can be windowed.
import type { Catalog } from "@/catalog/catalog";
import { nameSource } from "@/catalog/fields";
import type { FieldDef, ObjectDef } from "@/catalog/types";
import { kindOf } from "@/fields/registry";
import { targetOf } from "@/fields/relation";

export interface CardLayout {
  /** One line each, below the name. */
  lines: FieldDef[];
  /** Side by side in the last line. */
  facts: FieldDef[];
  /** People, as initials at the end of the last line. */
  people: FieldDef[];
  height: number;
}

export const GAP = 8;
const NAME = 20;
const LINE = 20;
const FACTS = 26;
const PADDING = 20;
const BORDER = 2;

export function cardLayout(catalog: Catalog, object: ObjectDef, columns: FieldDef[], group: FieldDef): CardLayout {
  const shown = columns.filter(
    (f) => f.name !== "name" && f.name !== nameSource(object) && f.name !== group.name && !kindOf(f).wide,
  );
  const people = shown.filter((f) => kindOf(f).group === "Relations" && catalog.object(targetOf(f))?.system);
  const rest = shown.filter((f) => !people.includes(f));
  const wordy = (f: FieldDef) => kindOf(f).group === "Text" || kindOf(f).group === "Relations";
  const lines = rest.filter(wordy).slice(0, 2);
  const facts = rest.filter((f) => !wordy(f)).slice(0, 3);
  const foot = facts.length + people.length > 0 ? FACTS : 0;
  const height = PADDING + BORDER + NAME + lines.length * LINE + foot;
  return { lines, facts, people: people.slice(0, 2), height };
}
