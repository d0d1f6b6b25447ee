// Which ways of showing many records an object offers, and the fields that each of them needs.
import { fieldOf, ownFields } from "./fields";
import type { FieldDef, ListViewDef, ObjectDef } from "./types";

export const DISPLAYS = ["table", "board", "calendar", "timeline"] as const;
export type Display = (typeof DISPLAYS)[number];

export const isDisplay = (word: unknown): word is Display => DISPLAYS.includes(word as Display);

/** Fields whose values can be the columns of a board. */
export const boardFields = (object: ObjectDef): FieldDef[] =>
  ownFields(object).filter((f) => f.kind === "picklist" && (f.options?.length ?? 0) > 0);

/** Fields that put a record on a day. Those that people set come before those that the system keeps. */
export const dayFields = (object: ObjectDef): FieldDef[] => {
  const days = object.fields.filter((f) => f.kind === "date" || f.kind === "datetime");
  return [...days.filter((f) => !f.standard), ...days.filter((f) => f.standard)];
};

/** Words in a field's name that tell a beginning from an end. */
const START = /^(start|begin|from|planned_start|valid_from)/;
const END = /^(due|end|finish|deadline|close|until|to$|valid_to|expected)/;

/** Where a record begins and ends on a calendar or a timeline: by name where that tells, else its first days. */
export function spanFields(object: ObjectDef): { start: FieldDef | undefined; end: FieldDef | undefined } {
  const own = dayFields(object).filter((f) => !f.standard);
  const end = own.find((f) => END.test(f.name)) ?? own[0];
  const start = own.find((f) => f !== end && f.kind === end?.kind && START.test(f.name));
  return { start, end };
}

export function displaysOf(object: ObjectDef): Display[] {
  const days = spanFields(object).end !== undefined;
  return DISPLAYS.filter((d) => (d === "board" ? boardFields(object).length > 0 : d === "table" || days));
}

/** The field that a board stands by: as asked, as the view says, else the first that fits. */
export function boardField(object: ObjectDef, view: ListViewDef | undefined, asked?: string): FieldDef | undefined {
  const fit = boardFields(object);
  const named = [asked, view?.group_by].flatMap((name) => (name ? fieldOf(object, name) : undefined) ?? []);
  return named.find((f) => fit.some((g) => g.name === f.name)) ?? fit[0];
}

/** The amount that is summed above columns: the first money among what is shown. */
export const sumField = (columns: FieldDef[]): FieldDef | undefined => columns.find((f) => f.kind === "currency");
