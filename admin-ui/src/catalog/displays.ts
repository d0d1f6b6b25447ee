// Which ways of showing many records an object offers, and the fields that each of them needs.

import { t } from "@/lib/i18n";
import { fieldOf, ownFields } from "./fields";
import type { FieldDef, ListViewDef, ObjectDef } from "./types";

export const DISPLAYS = ["table", "board", "calendar", "timeline"] as const;
export type Display = (typeof DISPLAYS)[number];

/** Fields whose values can be the columns of a board. */
export const boardFields = (object: ObjectDef): FieldDef[] =>
  ownFields(object).filter((f) => f.kind === "picklist" && (f.options?.length ?? 0) > 0);

/** One group of records: a value of a field, or null for those without one. */
export interface GroupOption {
  value: string | boolean | null;
  label: string;
  color?: string | undefined;
}

/** Whether the field names one record: which of them there are is to be asked before a list is grouped by it. */
export const isToOne = (field: FieldDef): boolean => field.kind === "lookup" || field.kind === "master_detail";

/** Fields that a table can be put in groups by. */
export const groupFields = (object: ObjectDef): FieldDef[] => {
  const own = ownFields(object);
  const owner = object.fields.filter((f) => f.standard && f.name === "owner");
  return [...boardFields(object), ...own.filter((f) => f.kind === "boolean"), ...[...own, ...owner].filter(isToOne)];
};

/** What each display can be grouped by, or stand by. */
export const GROUPS: Record<Display, (object: ObjectDef) => FieldDef[]> = {
  table: groupFields,
  board: (object) => boardFields(object),
  calendar: (object) => dayFields(object),
  timeline: () => [],
};

/** The groups of a field whose values are known beforehand: its options in use, and one for records without a value where that can be. */
export function groupOptions(field: FieldDef): GroupOption[] {
  const none = { value: null, label: t("No {field}", { field: field.label }) };
  if (field.kind === "boolean")
    return [
      { value: true, label: `${field.label}: ${t("yes")}` },
      { value: false, label: `${field.label}: ${t("no")}` },
      none,
    ];
  const options = (field.options ?? []).filter((o) => o.active !== false);
  return field.required ? options : [...options, none];
}

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

/** The days that a calendar or a timeline stands by. */
export interface Days {
  start: FieldDef | undefined;
  end: FieldDef;
  /** Somebody has said so; otherwise the names of the fields told. */
  chosen: boolean;
}

function guessedDays(object: ObjectDef): Days | undefined {
  const { start, end } = spanFields(object);
  return end && { start, end, chosen: false };
}

/** The day that a calendar stands by: as asked, as the view says, else as the names of the fields tell. */
export function calendarDays(object: ObjectDef, view: ListViewDef | undefined, asked?: string): Days | undefined {
  const end = dayFields(object).find((f) => f.name === (asked ?? view?.group_by));
  return end ? { start: undefined, end, chosen: true } : guessedDays(object);
}

/**
 * Where the bars of a timeline begin and end: as asked, as the view says, else as the names of the fields tell. A view
 * keeps the end as what it is grouped by and the beginning as what it is sorted by; "none" takes the beginning away.
 */
export function timelineDays(
  object: ObjectDef,
  view: ListViewDef | undefined,
  asked: { start?: string | undefined; end?: string | undefined },
): Days | undefined {
  const fit = dayFields(object);
  const sorted = view?.display === "timeline" ? view.sort?.[0] : undefined;
  const [start, end] = [named(object, fit, asked.start ?? sorted), named(object, fit, asked.end ?? view?.group_by)];
  const guess = guessedDays(object);
  if (!guess || (!start && !end && !asked.start)) return guess;
  const last = end ?? (guess.end !== start ? guess.end : fit.find((f) => f !== start)) ?? guess.end;
  return { start: start === last ? undefined : start, end: last, chosen: true };
}

/** Whether a timeline that is sorted so would take the first key for its beginning. */
export const sortsAsStart = (object: ObjectDef, sort: string[]): boolean =>
  named(object, dayFields(object), sort[0]) !== undefined;

export function displaysOf(object: ObjectDef): Display[] {
  const days = spanFields(object).end !== undefined;
  return DISPLAYS.filter((d) => (d === "board" ? boardFields(object).length > 0 : d === "table" || days));
}

/** The field that a board stands by: as asked, as the view says, else the first that fits. */
export function boardField(object: ObjectDef, view: ListViewDef | undefined, asked?: string): FieldDef | undefined {
  const fit = boardFields(object);
  return named(object, fit, asked ?? view?.group_by) ?? named(object, fit, view?.group_by) ?? fit[0];
}

/** What a table is grouped by, if anything; "none" takes the view's own grouping away. */
export function tableGroup(object: ObjectDef, view: ListViewDef | undefined, asked?: string): FieldDef | undefined {
  if (asked === "none") return undefined;
  const own = (view?.display ?? "table") === "table" ? view?.group_by : undefined;
  return named(object, groupFields(object), asked ?? own);
}

function named(object: ObjectDef, fit: FieldDef[], name: string | undefined): FieldDef | undefined {
  const found = name ? fieldOf(object, name) : undefined;
  return found && fit.find((f) => f.name === found.name);
}

/** The amount that is summed above columns: the first money among what is shown. */
export const sumField = (columns: FieldDef[]): FieldDef | undefined => columns.find((f) => f.kind === "currency");

/** Words in a field's name that tell how likely something is. */
const LIKELY = /(^|_)(probability|likelihood|chance|confidence)(_|$)/;

/** Percentages that amounts can be weighted by. */
export const weightFields = (object: ObjectDef): FieldDef[] => ownFields(object).filter((f) => f.kind === "percent");

/** Kinds whose values can be numbers; a view may name any number, and the server has looked whether it is one. */
const NUMBERS = new Set(["percent", "integer", "decimal", "currency", "formula", "rollup"]);

/** What amounts are weighted by, in hundredths: the chosen number, else a percentage whose name tells; "none" is none. */
export function weightField(object: ObjectDef, chosen?: string): FieldDef | undefined {
  if (chosen === "none") return undefined;
  const named = ownFields(object).find((f) => f.name === chosen && NUMBERS.has(f.kind));
  return named ?? weightFields(object).find((f) => LIKELY.test(f.name));
}

/** When a record came to the value that a board groups by: "stage_changed_at" beside "stage". */
export const sinceField = (object: ObjectDef, group: FieldDef): FieldDef | undefined =>
  ownFields(object).find(
    (f) => f.kind === "datetime" && [`${group.name}_changed_at`, `${group.name}_since`].includes(f.name),
  );

/** When a record was changed, whatever of it: all that is told of one whose coming to its place nobody has written down. */
export const changedField = (object: ObjectDef): FieldDef | undefined =>
  object.fields.find((f) => f.standard && f.name === "updated_at");

/** States in which nothing waits any more. */
export const finalStates = (object: ObjectDef, group: FieldDef): Set<unknown> =>
  new Set(object.processes?.filter((p) => p.field === group.name).flatMap((p) => p.final ?? []));

/** Words in a field's name that tell that its options are steps. */
const STEPS = /(^|_)(stage|status|phase|state|step)$/;

/**
 * The picklist whose options are the steps of a record: what its boards stand by, else one that is named so. What a
 * record can do without is no step of it, though a board may stand by it.
 */
export function pathField(object: ObjectDef, views: ListViewDef[]): FieldDef | undefined {
  const isStep = (f: FieldDef) =>
    STEPS.test(f.name) || f.required || f.default !== undefined || object.processes?.some((p) => p.field === f.name);
  const fit = boardFields(object);
  const boards = views.filter((v) => v.display === "board").map((v) => named(object, fit, v.group_by));
  return boards.find((f) => f && isStep(f)) ?? fit.find((f) => STEPS.test(f.name));
}
