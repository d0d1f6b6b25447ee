// What of an object stands on a record's page. A layout places fields and lists in its sections. What it names nowhere
// stands at the end by itself, so that what is new is seen at once. What an administrator took off the page stands in a
// section that is never shown (`"visible": "FALSE"`); with OTHER_FIELDS or OTHER_LISTS among it, all that no section names
// is off the page too.
import { type Catalog, findField, mayRead } from "./catalog";
import { fieldOf, isOff, LONG, nameField, nameSource, ownFields, RECORD_TYPE } from "./fields";
import type { FieldDef, LayoutDef, LayoutItem, LayoutSection, ObjectDef, RelationDef } from "./types";

const QUIET = new Set(["version", "created_by", "updated_by", "created_at", "updated_at", "owner", RECORD_TYPE]);

/** As items of a layout: all fields, or lists, that no section names. */
export const OTHER_FIELDS = "other_fields";
export const OTHER_LISTS = "other_lists";

export interface Section {
  label: string;
  columns: number;
  fields: FieldDef[];
  /** The section of the layout that it is. */
  source?: LayoutSection;
}

type Sections = Pick<LayoutDef, "sections"> | undefined;

const itemsOf = (layout: Sections, off: boolean): LayoutItem[] =>
  (layout?.sections ?? []).filter((section) => isOff(section) === off).flatMap((section) => section.items);

/** Where each field of an object stands. */
export interface Placement {
  /** The sections of the layout, or what is made of the fields where there are none. */
  sections: Section[];
  /** What no section names. */
  more: FieldDef[];
  /** What the system keeps and no section names. */
  system: FieldDef[];
  /** What was taken off the page. */
  off: FieldDef[];
}

export function placement(object: ObjectDef, layout: Sections): Placement {
  const fields = (items: LayoutItem[]) =>
    items.map((i) => (i.field ? fieldOf(object, i.field) : undefined)).filter((f): f is FieldDef => Boolean(f));
  const sections = (layout?.sections ?? [])
    .filter((source) => !isOff(source))
    .map((source) => ({ label: source.label, columns: source.columns ?? 2, source, fields: fields(source.items) }))
    .filter((section) => section.fields.length > 0);
  const used = new Set(sections.flatMap((section) => section.fields.map((f) => f.name)));
  const taken = itemsOf(layout, true);
  const off = fields(taken).filter((f) => !used.has(f.name));
  const isFree = (f: FieldDef) => !used.has(f.name) && !off.some((one) => one.name === f.name);
  const more = ownFields(object).filter((f) => isFree(f) && f.name !== nameSource(object));
  const system = object.fields.filter((f) => f.standard && QUIET.has(f.name) && isFree(f));
  if (taken.some((item) => item.component === OTHER_FIELDS))
    return { sections, more: [], system: [], off: [...off, ...more, ...system] };
  if (sections.length) return { sections, more, system, off };
  return { sections: made(object, more), more: [], system, off };
}

/** The sections of a page that nobody has laid out. */
function made(object: ObjectDef, fields: FieldDef[]): Section[] {
  const source = nameSource(object);
  const name = (source && findField(object, source)) || nameField(object);
  const long = fields.filter((f) => LONG.has(f.kind));
  const details = { label: "Details", columns: 2, fields: [name, ...fields.filter((f) => !LONG.has(f.kind))] };
  return long.length ? [details, { label: "Text", columns: 1, fields: long }] : [details];
}

/** The relations that may have lists on a page of who is signed in. */
export function listable(catalog: Catalog, object: ObjectDef): RelationDef[] {
  return (object.relations ?? []).filter((relation) => {
    const other = catalog.object(relation.object);
    return other && !other.system && mayRead(other);
  });
}

/** The relations whose lists a page shows, in the layout's order and then those that no section names, and those off it. */
export function lists(relations: RelationDef[], layout: Sections): { shown: RelationDef[]; off: RelationDef[] } {
  const named = itemsOf(layout, false).map((item) => item.related);
  const taken = itemsOf(layout, true);
  const others = taken.some((item) => item.component === OTHER_LISTS);
  const isTaken = ({ name }: RelationDef) => others || taken.some((item) => item.related === name);
  const off = relations.filter((one) => !named.includes(one.name) && isTaken(one));
  const rank = ({ name }: RelationDef) => (named.includes(name) ? named.indexOf(name) : named.length);
  return { shown: relations.filter((one) => !off.includes(one)).sort((a, b) => rank(a) - rank(b)), off };
}

/** The layouts that show nothing but what they name: a new field is on none of them by itself. */
export const closedLayouts = (layouts: LayoutDef[]): LayoutDef[] =>
  layouts.filter((layout) => itemsOf(layout, true).some((item) => item.component === OTHER_FIELDS));

/** A layout with a field at the end of its last section that has fields. */
export function withField({ name: _, ...layout }: LayoutDef, field: string): Omit<LayoutDef, "name"> {
  const holds = (section: LayoutSection) => !isOff(section) && section.items.some((item) => item.field);
  const last = Math.max(layout.sections.findLastIndex(holds), 0);
  const sections = layout.sections.map((s, i) => (i === last ? { ...s, items: [...s.items, { field }] } : s));
  return { ...layout, sections };
}
