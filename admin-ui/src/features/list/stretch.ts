// From which day to which a record goes, and what becomes of that when it is moved or one of its ends is drawn.
import type { RecordData } from "@/api/record-store";
import { mayEdit } from "@/catalog/catalog";
import { isWritable } from "@/catalog/fields";
import type { FieldDef, ObjectDef } from "@/catalog/types";
import { addDays, type Day, dayOfValue, onDay } from "@/lib/days";
import type { Span } from "./use-span";

export interface Stretch {
  start: Day | undefined;
  end: Day;
}

/** What is taken hold of: the whole, or one of its ends. */
export type Grip = "move" | "start" | "end";

export function stretchOf(record: RecordData, { start, end }: Span): Stretch | undefined {
  const last = dayOfValue(record[end.name], end.kind);
  return last ? { start: start && dayOfValue(record[start.name], start.kind), end: last } : undefined;
}

/** The first day that is drawn: a beginning after the end is none. */
export const firstDay = ({ start, end }: Stretch): Day => (start && start <= end ? start : end);

/** The same so many days later; neither end goes past the other. */
export function shifted(stretch: Stretch, grip: Grip, by: number): Stretch {
  const { start, end } = stretch;
  if (grip === "move") return { start: start && addDays(start, by), end: addDays(end, by) };
  const first = firstDay(stretch);
  if (grip === "start") {
    const day = addDays(first, by);
    return { start: day > end ? end : day, end };
  }
  const day = addDays(end, by);
  return { start, end: start && start <= end && day < start ? start : day };
}

/** What somebody may take hold of: what they may write. A record without a beginning is moved and not drawn out. */
export function grips(object: ObjectDef, { start, end }: Span): Record<Grip, boolean> {
  const writes = (field: FieldDef | undefined): boolean =>
    field !== undefined && mayEdit(object) && isWritable(object, field);
  return {
    move: writes(end) && (!start || writes(start)),
    start: writes(start),
    end: start !== undefined && writes(end),
  };
}

/** The values that bring a record there, of those fields that are elsewhere; instants keep their time of day. */
export function valuesFor(record: RecordData, { start, end }: Span, to: Stretch): [FieldDef, unknown][] {
  const said: [FieldDef | undefined, Day | undefined][] = [
    [start, to.start],
    [end, to.end],
  ];
  return said.flatMap(([field, day]) =>
    field && day && dayOfValue(record[field.name], field.kind) !== day
      ? [[field, onDay(record[field.name], field.kind, day)] satisfies [FieldDef, unknown]]
      : [],
  );
}
