// A conversion while it is being written: what comes out of a record, and where the values of each come from.
import { columnFields, isWritable } from "@/catalog/fields";
import type { FieldDef, ObjectDef } from "@/catalog/types";
import { apiName, untaken } from "@/lib/text";
import type { Action } from "../process/process-draft";

export type Value = string | number | boolean | null;

export interface TargetDef {
  name: string;
  object: string;
  label?: string;
  optional?: boolean;
  values?: Record<string, Value>;
  match?: string[][];
  with?: Record<string, string>;
  link?: string;
}

export interface ConversionDraft {
  object: string;
  label?: string;
  description?: string;
  extends?: string;
  when?: string;
  message?: string;
  mark?: string;
  set?: Action[];
  targets: TargetDef[];
  moves?: string[];
  lock?: boolean;
  order?: number;
  active?: boolean;
  package?: string | null;
}

export type ConversionDef = Omit<ConversionDraft, "targets"> & { name: string; targets?: TargetDef[] };

export const wordOf = (name: string): string => name.split(".").slice(1).join(".");

/** A target for an object, with the lookups to targets before it and the fields that are called the same. */
export function newTarget(from: ObjectDef, to: ObjectDef, before: TargetDef[]): TargetDef {
  const name = untaken(to.name, new Set(before.map((one) => one.name)));
  const values: Record<string, Value> = {};
  for (const field of fillable(to)) {
    const same = from.fields.find((f) => f.name === field.name && f.kind === field.kind);
    if (same && !isLink(field, before)) values[field.name] = field.name;
  }
  const links: Record<string, string> = {};
  for (const field of lookups(to)) {
    const target = before.find((one) => one.object === field.to);
    if (target) links[field.name] = target.name;
  }
  const link = lookups(from).find((field) => field.to === to.name);
  return { name, object: to.name, values, with: links, ...(link ? { link: link.name } : {}) };
}

const isLink = (field: FieldDef, before: TargetDef[]): boolean => before.some((one) => one.object === field.to);

/** Lookups to one record of one object. */
export const lookups = (object: ObjectDef): FieldDef[] =>
  object.fields.filter((f) => ["lookup", "master_detail"].includes(f.kind) && typeof f.to === "string" && !f.standard);

/** The fields of a new record that a conversion may fill. */
export const fillable = (object: ObjectDef): FieldDef[] =>
  columnFields(object).filter((f) => f.name === "owner" || (isWritable(object, f) && !f.standard) || f.name === "name");

/** Whether a value is a field of the record, taken over as it is. */
export const isField = (from: ObjectDef, value: Value | undefined): boolean =>
  typeof value === "string" && (value === "id" || from.fields.some((f) => f.name === value));

/** The definition without what is empty. */
export function written(draft: ConversionDraft): Record<string, unknown> {
  const filled = <T extends object>(thing: T) =>
    Object.fromEntries(
      Object.entries(thing).filter(
        ([, value]) =>
          value !== undefined &&
          value !== "" &&
          value !== false &&
          !(Array.isArray(value) && value.length === 0) &&
          !(typeof value === "object" && value !== null && !Array.isArray(value) && Object.keys(value).length === 0),
      ),
    );
  const { package: _, active, ...rest } = draft;
  const targets = draft.targets.map((target) =>
    filled({ ...target, match: target.match?.filter((fields) => fields.length > 0) }),
  );
  const own = draft.extends ? { ...rest, when: "", message: "", mark: "", lock: false } : rest;
  return { ...filled(own), targets, active: active !== false };
}

/** A name from the label that is not taken yet. */
export function conversionName(object: ObjectDef, draft: ConversionDraft, taken: Set<string>): string {
  const word = apiName(draft.label || draft.targets[0]?.name || "").slice(0, 36) || "convert";
  return untaken(`${object.name}.${word}`, taken);
}
