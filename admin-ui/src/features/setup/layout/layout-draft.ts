// A layout while it is being edited: every change is a function from a layout to the next, so that each can be undone.
import type { LayoutDef, LayoutItem, ObjectDef } from "@/catalog/types";
import { t } from "@/lib/i18n";

export type Section = LayoutDef["sections"][number];
export type Draft = Omit<LayoutDef, "name">;

/** A place between items: before the item that is at `at` now. */
export interface Spot {
  section: number;
  at: number;
}

/** What names an item: "field:amount", "related:tasks". */
export function itemKey(item: LayoutItem): string {
  const [kind, name] =
    Object.entries(item).find(([key, v]) => ["field", "related", "component"].includes(key) && v) ?? [];
  return `${kind}:${String(name)}`;
}

function withItems(draft: Draft, section: number, change: (items: LayoutItem[]) => LayoutItem[]): Draft {
  return { ...draft, sections: draft.sections.map((s, i) => (i === section ? { ...s, items: change(s.items) } : s)) };
}

export function addItem(draft: Draft, item: LayoutItem, { section, at }: Spot): Draft {
  return withItems(draft, section, (items) => [...items.slice(0, at), item, ...items.slice(at)]);
}

export function removeItem(draft: Draft, { section, at }: Spot): Draft {
  return withItems(draft, section, (items) => items.filter((_, i) => i !== at));
}

export function moveItem(draft: Draft, from: Spot, to: Spot): Draft {
  const item = draft.sections[from.section]?.items[from.at];
  if (!item) return draft;
  // Taking it out shifts what stands behind it in the same section.
  const shifted = from.section === to.section && to.at > from.at ? { ...to, at: to.at - 1 } : to;
  return addItem(removeItem(draft, from), item, shifted);
}

/** One step up or down, over the border of its section; null at the ends. */
export function nudge(draft: Draft, from: Spot, by: -1 | 1): Spot | null {
  const items = draft.sections[from.section]?.items ?? [];
  const at = from.at + by;
  if (at >= 0 && at < items.length) return { section: from.section, at: by > 0 ? at + 1 : at };
  const section = from.section + by;
  const there = draft.sections[section];
  return there ? { section, at: by > 0 ? 0 : there.items.length } : null;
}

/** Where an item of a move to `to` stands afterwards. */
export function landed(from: Spot, to: Spot): Spot {
  return from.section === to.section && to.at > from.at ? { ...to, at: to.at - 1 } : to;
}

export function addSection(draft: Draft, at = draft.sections.length): Draft {
  const used = new Set(draft.sections.map((s) => s.label));
  let label = t("New section");
  for (let n = 2; used.has(label); n++) label = t("New section {n}", { n });
  const section: Section = { label, columns: 2, items: [] };
  return { ...draft, sections: [...draft.sections.slice(0, at), section, ...draft.sections.slice(at)] };
}

export function patchSection(draft: Draft, at: number, patch: Partial<Section>): Draft {
  const patched = (section: Section): Section => {
    const { visible, ...rest } = { ...section, ...patch };
    return visible?.trim() ? { ...rest, visible } : rest;
  };
  return { ...draft, sections: draft.sections.map((s, i) => (i === at ? patched(s) : s)) };
}

export function removeSection(draft: Draft, at: number): Draft {
  return { ...draft, sections: draft.sections.filter((_, i) => i !== at) };
}

export function moveSection(draft: Draft, from: number, by: -1 | 1): Draft {
  const sections = [...draft.sections];
  const [taken] = sections.splice(from, 1);
  if (!taken || from + by < 0 || from + by > sections.length) return draft;
  sections.splice(from + by, 0, taken);
  return { ...draft, sections };
}

export const MAX_HIGHLIGHTS = 6;

/** Adds a field to the highlights, or moves it there to another place. */
export function highlight(draft: Draft, field: string, at?: number): Draft {
  const old = draft.highlights ?? [];
  const kept = old.filter((name) => name !== field);
  const before = at === undefined ? kept.length : at - (old.indexOf(field) >= 0 && old.indexOf(field) < at ? 1 : 0);
  if (kept.length >= MAX_HIGHLIGHTS) return draft;
  return { ...draft, highlights: [...kept.slice(0, before), field, ...kept.slice(before)] };
}

export function unhighlight(draft: Draft, field: string): Draft {
  return { ...draft, highlights: (draft.highlights ?? []).filter((name) => name !== field) };
}

/** What the object has and no section shows yet. */
export function unplaced(draft: Draft, object: ObjectDef): { fields: string[]; related: string[] } {
  const used = new Set(draft.sections.flatMap((s) => s.items.map(itemKey)));
  const hidden = new Set(["id", "version"]);
  const named = object.name_field?.field;
  return {
    fields: object.fields
      .map((f) => f.name)
      .filter((name) => !hidden.has(name) && !(name === "name" && named) && !used.has(`field:${name}`)),
    related: (object.relations ?? []).map((r) => r.name).filter((name) => !used.has(`related:${name}`)),
  };
}
