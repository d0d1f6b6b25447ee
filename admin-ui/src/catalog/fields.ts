// Which fields of an object belong where: first columns, forms, highlights. What a page shows is `placement`.
import { findField } from "./catalog";
import type { FieldDef, LayoutDef, LayoutSection, ObjectDef } from "./types";

/** The standard field that holds a record's type, on objects that have types. */
export const RECORD_TYPE = "record_type";

/** Kinds whose values take the width of the page. */
export const LONG = new Set(["long_text", "rich_text", "json"]);
const TO_MANY = new Set(["many_to_many"]);

/** The condition of a section that is never shown: it lists what was taken off the page. */
export const NEVER = "FALSE";

export const isOff = ({ visible }: Pick<LayoutSection, "visible">): boolean => visible?.trim().toUpperCase() === NEVER;

export const ownFields = (object: ObjectDef): FieldDef[] => object.fields.filter((f) => !f.standard);

/** The own field that is the record's name, if there is one. */
export function nameSource(object: ObjectDef): string | undefined {
  return object.name_field?.field;
}

/** The name as a field, so that it can be shown and edited as every other. */
export function nameField(object: ObjectDef): FieldDef {
  const found = findField(object, "name");
  const label = object.name_field?.label ?? found?.label ?? "Name";
  const required = found ? found.required === true : true;
  return { kind: "text", ...found, name: "name", label, required, standard: true };
}

/** A field by the name used in columns and layouts; owner and its like are lookups of the standard fields. */
export function fieldOf(object: ObjectDef, path: string): FieldDef | undefined {
  if (path === "name") return nameField(object);
  const direct = findField(object, path);
  if (direct) return direct;
  const nested = path.match(/^(\w+)\.name$/) ?? path.match(/^(\w+)_id$/);
  return nested?.[1] ? findField(object, nested[1]) : undefined;
}

/** Everything that may be a column, the name first. */
export function columnFields(object: ObjectDef): FieldDef[] {
  const source = nameSource(object);
  const own = ownFields(object).filter((f) => f.name !== source && f.kind !== "rich_text");
  const standard = object.fields.filter((f) => f.standard && !["id", "name", "version"].includes(f.name));
  return [nameField(object), ...own, ...standard];
}

/** Columns when no view says which. */
export function defaultColumns(object: ObjectDef): string[] {
  const parts = new Set(object.name_field?.compose ?? []);
  const own = columnFields(object).filter(
    (f) => !f.standard && !LONG.has(f.kind) && !TO_MANY.has(f.kind) && !parts.has(f.name),
  );
  const columns = ["name", ...own.slice(0, 6).map((f) => f.name)];
  if (findField(object, "owner")) columns.push("owner");
  if (columns.length < 6 && findField(object, "created_at")) columns.push("created_at");
  return columns;
}

/** Own fields for forms, required first, in the layout's order. */
export function formFields(object: ObjectDef, layout: LayoutDef | undefined): { first: FieldDef[]; more: FieldDef[] } {
  const named = (off: boolean) =>
    (layout?.sections ?? [])
      .filter((s) => isOff(s) === off)
      .flatMap((s) => s.items.map((i) => i.field).filter((f): f is string => Boolean(f)));
  const [order, off] = [named(false), named(true)];
  const rank = (f: FieldDef) => {
    const at = order.indexOf(f.name);
    return at < 0 ? 1000 : at;
  };
  const fields = ownFields(object).filter((f) => f.kind !== "autonumber" && f.read_only !== true);
  const composed = object.name_field?.compose ?? [];
  const naming = nameSource(object)
    ? fields.filter((f) => f.name === nameSource(object))
    : composed.length
      ? fields
          .filter((f) => composed.includes(f.name))
          .sort((a, b) => composed.indexOf(a.name) - composed.indexOf(b.name))
      : [nameField(object)];
  const rest = fields.filter((f) => !naming.some((n) => n.name === f.name)).sort((a, b) => rank(a) - rank(b));
  const owner = findField(object, "owner");
  const type = findField(object, RECORD_TYPE);
  const required = rest.filter((f) => f.required || f.kind === "master_detail");
  const optional = rest.filter((f) => !required.includes(f));
  const first = optional.filter((f) => !LONG.has(f.kind) && (order.includes(f.name) || !off.includes(f.name)));
  const firstOptional = first.slice(0, Math.max(3, 8 - required.length));
  const more = optional.filter((f) => !firstOptional.includes(f));
  return {
    first: [...(type ? [type] : []), ...naming, ...required, ...firstOptional],
    more: owner ? [...more, owner] : more,
  };
}

/** Fields shown large at the top of a record. */
export function highlightFields(object: ObjectDef, layout: LayoutDef | undefined): FieldDef[] {
  const named = layout?.highlights?.map((path) => fieldOf(object, path)).filter((f): f is FieldDef => Boolean(f)) ?? [];
  if (named.length) return named.slice(0, 6);
  const telling = ["picklist", "currency", "percent", "date", "lookup", "master_detail"];
  const own = ownFields(object).filter((f) => telling.includes(f.kind));
  const owner = findField(object, "owner");
  return [...own.slice(0, 4), ...(owner ? [owner] : [])];
}

/** May this field be written by people at all? */
export function isWritable(object: ObjectDef, field: FieldDef): boolean {
  if (field.kind === "autonumber" || field.kind === "id" || field.read_only === true) return false;
  if (field.name === "name" && field.standard) return !object.name_field?.compose?.length;
  if (field.standard) return field.name === "owner" || field.name === RECORD_TYPE;
  return true;
}

/** Can a record of this object be made from its name and what its place says? */
export function nameIsEnough(object: ObjectDef, given: string[]): boolean {
  if (object.name_field?.compose?.length) return false;
  return ownFields(object).every(
    (f) =>
      (!f.required && f.kind !== "master_detail") ||
      given.includes(f.name) ||
      f.name === nameSource(object) ||
      f.default !== undefined ||
      f.kind === "autonumber",
  );
}
