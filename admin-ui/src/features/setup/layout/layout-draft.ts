// A layout while it is being edited: every change is a function from a layout to the next, so that each can be undone.
import { isOff, NEVER } from "@/catalog/fields";
import type { LayoutDef, LayoutItem } from "@/catalog/types";
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

export function moveItem(draft: Draft, from: Spot, to: Spot): Draft {
  const item = draft.sections[from.section]?.items[from.at];
  if (!item) return draft;
  // Taking it out shifts what stands behind it in the same section.
  const shifted = from.section === to.section && to.at > from.at ? { ...to, at: to.at - 1 } : to;
  const without = withItems(draft, from.section, (items) => items.filter((_, i) => i !== from.at));
  return addItem(without, item, shifted);
}

/** What was taken off the page, each once. */
export function offItems(draft: Draft): LayoutItem[] {
  const items = draft.sections.filter(isOff).flatMap((s) => s.items);
  const on = new Set(draft.sections.filter((s) => !isOff(s)).flatMap((s) => s.items.map(itemKey)));
  const keys = items.map(itemKey);
  return items.filter((item, i) => !on.has(itemKey(item)) && keys.indexOf(itemKey(item)) === i);
}

/** Takes items off the page: into the section that is never shown, which is made for the first of them. */
export function takeOff(draft: Draft, taken: LayoutItem[]): Draft {
  const keys = new Set(taken.map(itemKey));
  const sections = draft.sections.map((s) => ({ ...s, items: s.items.filter((item) => !keys.has(itemKey(item))) }));
  const at = sections.findIndex(isOff);
  const off = sections[at];
  if (off) sections[at] = { ...off, items: [...off.items, ...taken] };
  else sections.push({ label: t("Not on the page"), visible: NEVER, items: taken });
  return { ...draft, sections };
}

/** What was taken off stands again where it stands by itself. */
export function bringBack(draft: Draft, item: LayoutItem): Draft {
  const left = (s: Section) =>
    isOff(s) ? { ...s, items: s.items.filter((one) => itemKey(one) !== itemKey(item)) } : s;
  return { ...draft, sections: draft.sections.map(left).filter((s) => !isOff(s) || s.items.length > 0) };
}

/** Puts what stood in no section into one. The place is counted among the sections as they are now. */
export function putOn(draft: Draft, item: LayoutItem, spot: Spot): Draft {
  return bringBack(addItem(draft, item, spot), item);
}

/** One step up or down, over the border of its section; null at the ends. */
export function nudge(draft: Draft, from: Spot, by: -1 | 1): Spot | null {
  const items = draft.sections[from.section]?.items ?? [];
  const at = from.at + by;
  if (at >= 0 && at < items.length) return { section: from.section, at: by > 0 ? at + 1 : at };
  const section = from.section + by;
  const there = draft.sections[section];
  return there && !isOff(there) ? { section, at: by > 0 ? 0 : there.items.length } : null;
}

/** Where an item of a move to `to` stands afterwards. */
export function landed(from: Spot, to: Spot): Spot {
  return from.section === to.section && to.at > from.at ? { ...to, at: to.at - 1 } : to;
}

/** Where a further section goes: behind those that are shown. */
export function endOf({ sections }: Draft): number {
  return sections.findLastIndex((s) => !isOff(s)) + 1;
}

export function addSection(draft: Draft, at = endOf(draft)): Draft {
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

/** Takes a section away, and with it what stood there off the page. */
export function removeSection(draft: Draft, at: number): Draft {
  const items = draft.sections[at]?.items ?? [];
  const rest = { ...draft, sections: draft.sections.filter((_, i) => i !== at) };
  return items.length ? takeOff(rest, items) : rest;
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
