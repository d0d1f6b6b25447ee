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

function viewWithout(view: ListViewDef, field: string): Record<string, unknown> {
  const { filter: _, ...rest } = bare(view);
  const filter = filterWithout(view.filter, field);
  const group = typeof rest.group_by === "string" && standsOn(rest.group_by, field);
  const next: Record<string, unknown> = {
    ...rest,
    columns: view.columns.filter((c) => !standsOn(c, field)),
    ...(view.sort ? { sort: view.sort.filter((s) => !standsOn(s, field)) } : {}),
    ...(filter ? { filter } : {}),
  };
  if (group) {
    delete next.group_by;
    next.display = "table";
  }
  return next;
}

function layoutWithout(layout: LayoutDef, field: string): Record<string, unknown> {
  const sections = layout.sections
    .map((s) => ({ ...s, items: s.items.filter((i) => !i.field || !standsOn(i.field, field)) }))
    .filter((s) => s.items.length > 0);
  return {
    ...bare(layout),
    sections,
    ...(layout.highlights ? { highlights: layout.highlights.filter((h) => !standsOn(h, field)) } : {}),
  };
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
