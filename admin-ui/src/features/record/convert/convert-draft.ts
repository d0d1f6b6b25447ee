// What somebody wants of a conversion, target by target, and the request that asks for it.
import type { ConversionTarget, Wish } from "@/api/conversions";
import { messageOf, Problem } from "@/api/problem";
import { formFields } from "@/catalog/fields";
import type { FieldDef, LayoutDef, ObjectDef } from "@/catalog/types";
import { isEmpty } from "@/fields/kind";
import { checkValue, kindOf } from "@/fields/registry";
import type { Ref } from "@/fields/relation";

export type How = "new" | "existing" | "none";

/** One target on the screen. */
export interface TargetDraft {
  how: How;
  values: Record<string, unknown>;
  existing: Ref | null;
}

/** Problems by target, then by the name or key of a field; `""` is the target as a whole. */
export type TargetErrors = Record<string, Record<string, string>>;

/** The fields that a new record is asked for: those that it needs or that the conversion fills, then the others. */
export function targetFields(object: ObjectDef, layout: LayoutDef | undefined, target: ConversionTarget) {
  const { first, more } = formFields(object, layout);
  const keys = (field: FieldDef) => [field.name, ...Object.keys(kindOf(field).patch(null, field))];
  const within = (field: FieldDef, all: Record<string, unknown>) => keys(field).some((key) => key in all);
  const free = (field: FieldDef) => !within(field, target.with);
  const filled = (field: FieldDef) => within(field, target.values);
  return {
    first: [...first, ...more.filter(filled)].filter(free),
    more: more.filter((field) => !filled(field)).filter(free),
  };
}

export function startOf(fields: FieldDef[], target: ConversionTarget): TargetDraft {
  const record = { id: "", ...target.values };
  const values: Record<string, unknown> = {};
  for (const field of fields) {
    const value = kindOf(field).read(record, field);
    if (!isEmpty(value)) values[field.name] = value;
    else if (field.default !== undefined && (typeof field.default !== "object" || Array.isArray(field.default)))
      values[field.name] = field.default;
  }
  return {
    how: target.optional || !target.may_create ? (target.optional ? "none" : "existing") : "new",
    values,
    existing: null,
  };
}

/** What is wrong before the server is asked. */
export function wrongIn(fields: FieldDef[], draft: TargetDraft, needed: string): Record<string, string> {
  const wrong: Record<string, string> = {};
  if (draft.how === "existing" && !draft.existing) wrong[""] = needed;
  if (draft.how !== "new") return wrong;
  for (const field of fields) {
    const problem = checkValue(
      draft.values[field.name],
      field.name === "owner" ? { ...field, required: false } : field,
    );
    if (problem) wrong[field.name] = problem;
  }
  return wrong;
}

/** The wish that says what differs from what the conversion would do by itself. */
export function wishOf(fields: FieldDef[], target: ConversionTarget, draft: TargetDraft): Wish {
  if (draft.how === "none") return null;
  if (draft.how === "existing") return draft.existing ? { id: draft.existing.id } : null;
  const start = { id: "", ...target.values };
  const values: Record<string, unknown> = {};
  for (const field of fields) {
    const kind = kindOf(field);
    const before = kind.patch(kind.read(start, field), field);
    const after = kind.patch(draft.values[field.name], field);
    for (const [key, value] of Object.entries(after))
      if (JSON.stringify(value ?? null) !== JSON.stringify(before[key] ?? null)) values[key] = value;
  }
  return { values };
}

/** The problems of a refusal at their targets. */
export function errorsOf(error: unknown): TargetErrors {
  const found: TargetErrors = {};
  const put = (target: string, key: string, text: string) => {
    const own = found[target] ?? {};
    own[key] = own[key] ? `${own[key]} ${text}` : text;
    found[target] = own;
  };
  if (!(error instanceof Problem) || error.errors.length === 0) {
    put("", "", messageOf(error));
    return found;
  }
  for (const one of error.errors) {
    const text = one.hint ? `${one.message} ${one.hint}` : one.message;
    const [, target, field] = /^targets\.([^.]+)(?:\.values)?(?:\.(.+))?$/.exec(one.path) ?? [];
    if (target) put(target, field ?? "", text);
    else put("", "", text);
  }
  return found;
}
