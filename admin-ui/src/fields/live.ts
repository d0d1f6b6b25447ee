// What a form knows of its fields while somebody types: which are shown, must be filled or stay as they are, and which
// options a choice has. It says what the server would say; where only the server knows, it leaves the matter to it.
import type { Catalog } from "@/catalog/catalog";
import type { FieldDef, FormCondition, ObjectDef } from "@/catalog/types";
import { type Expression, evaluate, Fault, read, type Subject, Unsupported, type Value } from "@/lib/formula/evaluate";
import { kindOf } from "./registry";

/** A record as the API has it: values by key. */
export type Keyed = Record<string, unknown>;

export interface Live {
  shown: boolean;
  required: boolean;
  readOnly: boolean;
  /** The options that conditions leave; all where there is none. */
  allowed?: string[];
}

const FREE: Live = { shown: true, required: false, readOnly: false };

/** A value of the API as formulas have it. */
function typed(raw: unknown, type: string): Value {
  if (type === "bool") return raw === true;
  if (raw === null || raw === undefined || raw === "") return null;
  switch (type) {
    case "integer":
    case "number":
      return read({ number: String(raw) });
    case "date":
    case "time":
    case "id":
      return read({ [type]: raw });
    case "datetime":
      return read({ datetime: /Z$/.test(String(raw)) ? raw : new Date(String(raw)).toISOString() });
    case "choices":
    case "ids":
      return read({
        list: (Array.isArray(raw) ? raw : [raw]).map((item) => ({ [type === "ids" ? "id" : "text"]: item })),
      });
    case "json":
      return { json: raw };
    default:
      return read({ text: raw });
  }
}

function subjectOf(record: Keyed, stored: Keyed | null): Subject {
  const value = (of: Keyed, whole: boolean) => (reference: { field: string; ty: string }) => {
    if (reference.field in of) return typed(of[reference.field], reference.ty);
    const nested = of[reference.field.replace(/_id$/, "")];
    if (reference.ty === "id" && nested !== undefined) return typed((nested as Keyed | null)?.id, "id");
    // What was not loaded is not blank.
    if (whole) throw new Unsupported(reference.field);
    return typed(null, reference.ty);
  };
  return {
    value: value(record, stored !== null),
    prior: stored && { value: value(stored, true) },
  };
}

/** Whether a condition holds: an error is taken as the strict answer, what only the server knows as the free one. */
function holds(expression: Expression | undefined, subject: Subject, free: boolean): boolean {
  if (!expression) return free;
  try {
    return evaluate(expression, subject) === true;
  } catch (error) {
    if (error instanceof Fault) return true;
    if (error instanceof Unsupported) return free;
    throw error;
  }
}

/** The options that a field's conditions leave of those that were left before. */
function allowedBy(condition: FormCondition, subject: Subject, before: string[] | undefined): Pick<Live, "allowed"> {
  let allowed = before;
  for (const { when, allow } of condition.options_when ?? [])
    if (holds(when, subject, false)) allowed = allowed?.filter((option) => allow.includes(option)) ?? allow;
  return allowed ? { allowed } : {};
}

/** What the conditions of an object say about a record; `stored` is null while it is being made. */
export function liveFields(
  catalog: Catalog,
  object: ObjectDef,
  record: Keyed,
  stored: Keyed | null,
): (field: FieldDef) => Live {
  const found = new Map<string, Live>();
  const now = { ...record };
  for (const condition of catalog.conditions(object.name)) {
    const subject = subjectOf(now, stored);
    const before = found.get(condition.field) ?? FREE;
    const shown = holds(condition.visible, subject, true);
    found.set(condition.field, {
      shown: before.shown && shown,
      required: before.required || (shown && holds(condition.required, subject, false)),
      readOnly: before.readOnly || (shown && holds(condition.read_only, subject, false)),
      ...allowedBy(condition, subject, before.allowed),
    });
    const field = object.fields.find((one) => one.name === condition.field);
    if (shown || !field) continue;
    // What is hidden counts for nothing, so it decides nothing either.
    for (const key of Object.keys(kindOf(field).patch(null, field)))
      now[key] = condition.when_hidden === "clear" ? null : (stored?.[key] ?? null);
  }
  return (field) => found.get(field.name) ?? FREE;
}

/** Whether a section is shown on the page of a record; what only the server knows hides nothing. */
export function isShown(condition: Expression | undefined, record: Keyed): boolean {
  return holds(condition, subjectOf(record, record), true);
}

interface Dependence {
  field: string;
  matrix: Record<string, string[]>;
}

/** The options that the rest of the record leaves; nothing where it leaves all. */
export function offered(catalog: Catalog, object: ObjectDef, field: FieldDef, record: Keyed): string[] | undefined {
  const depends = field.depends_on as Dependence | undefined;
  const byType = catalog.recordType(object.name, record.record_type)?.options?.[field.name];
  const limited = byType && !byType.includes("*") ? byType : undefined;
  if (!depends?.matrix) return limited;
  const by = record[depends.field];
  const byOther = depends.matrix[by === null || by === undefined ? "" : String(by)] ?? [];
  return limited ? byOther.filter((option) => limited.includes(option)) : byOther;
}

/** The field as it is for this record: with the options that it has there, and required where it is. */
export function liveField(catalog: Catalog, object: ObjectDef, field: FieldDef, record: Keyed, live: Live): FieldDef {
  const left = field.options && offered(catalog, object, field, record);
  const options =
    left && live.allowed ? left.filter((option) => live.allowed?.includes(option)) : (left ?? live.allowed);
  const required = live.required && !field.required ? { required: true } : {};
  if (!options || !field.options) return live.required && !field.required ? { ...field, ...required } : field;
  return { ...field, ...required, options: field.options.filter((option) => options.includes(option.value)) };
}

/** A draft, whose values are those of inputs, as the API would have it. */
export function keyed(fields: FieldDef[], draft: Record<string, unknown>): Keyed {
  return Object.assign({}, ...fields.map((field) => kindOf(field).patch(draft[field.name], field)));
}
