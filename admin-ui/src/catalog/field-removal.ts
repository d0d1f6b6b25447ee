// What must change along with a field that goes: views and layouts that show it let go of it in the same change.
import type { Change } from "@/api/metadata";
import type { LayoutDef, ListViewDef } from "./types";

const READ_ONLY = ["id", "name", "package", "custom", "system"];

function bare(definition: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(definition).filter(([key]) => !READ_ONLY.includes(key)));
}

/** "stage", "-stage", "stage_id" and "stage.name" all stand on the field "stage". */
function standsOn(path: string, field: string): boolean {
  const plain = path.replace(/^-/, "");
  return plain === field || plain === `${field}_id` || plain === `${field}_object` || plain.startsWith(`${field}.`);
}

function filterWithout(filter: unknown, field: string): Record<string, unknown> | undefined {
  if (typeof filter !== "object" || filter === null) return undefined;
  const kept: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(filter)) {
    if ((key === "and" || key === "or") && Array.isArray(value)) {
      const parts = value.map((part) => filterWithout(part, field)).filter(Boolean);
      if (parts.length) kept[key] = parts;
    } else if (!standsOn(key, field)) kept[key] = value;
  }
  return Object.keys(kept).length ? kept : undefined;
}

/** Rebuilds a definition key by key, so that what does not change stays as it was; undefined drops a key. */
function rebuilt(definition: object, change: (key: string, value: unknown) => unknown): Record<string, unknown> {
  const pairs = Object.entries(bare(definition)).map(([key, value]) => [key, change(key, value)] as const);
  return Object.fromEntries(pairs.filter(([, value]) => value !== undefined));
}

const without = (paths: unknown, field: string) => (paths as string[]).filter((path) => !standsOn(path, field));

function viewWithout(view: ListViewDef, field: string): Record<string, unknown> {
  const grouped = typeof view.group_by === "string" && standsOn(view.group_by, field);
  return rebuilt(view, (key, value) => {
    if (key === "columns" || key === "sort") return without(value, field);
    if (key === "filter") return filterWithout(value, field);
    if (key === "group_by" && grouped) return undefined;
    return key === "display" && grouped ? "table" : value;
  });
}

function layoutWithout(layout: LayoutDef, field: string): Record<string, unknown> {
  return rebuilt(layout, (key, value) => {
    if (key === "highlights") return without(value, field);
    if (key !== "sections") return value;
    const kept = layout.sections.map((s) => ({
      ...s,
      items: s.items.filter((i) => !i.field || !standsOn(i.field, field)),
    }));
    return kept.filter((s, i) => s.items.length > 0 || layout.sections[i]?.items.length === 0);
  });
}

const changed = (a: object, b: object): boolean => JSON.stringify(bare(a)) !== JSON.stringify(b);

export interface Removal {
  changes: Change[];
  /** Labels of the views that lose a column, a sort key or a condition. */
  views: string[];
  layouts: number;
}

export function removalOf(object: string, field: string, views: ListViewDef[], layouts: LayoutDef[]): Removal {
  const removal: Removal = {
    changes: [{ kind: "fields", name: `${object}.${field}`, definition: null }],
    views: [],
    layouts: 0,
  };
  for (const view of views.filter((v) => v.object === object)) {
    const definition = viewWithout(view, field);
    if (!changed(view, definition)) continue;
    removal.changes.push({ kind: "list-views", name: view.name, definition });
    removal.views.push(view.label);
  }
  for (const layout of layouts.filter((l) => l.object === object)) {
    const definition = layoutWithout(layout, field);
    if (!changed(layout, definition)) continue;
    removal.changes.push({ kind: "layouts", name: layout.name, definition });
    removal.layouts += 1;
  }
  return removal;
}
