// Saving what a gesture says (a drop, a click on a step): on screen at once, with a way back, and a question when more
// is needed first. A value that is the state of a process goes by the process's transitions.
import { messageOf, Problem, warningsOf } from "@/api/problem";
import { type RecordData, recordStore } from "@/api/record-store";
import { Conflict, loadRecord, updateRecord } from "@/api/records";
import { asks, type Following, loadWays, takeWay, type Way } from "@/api/transitions";
import { isGoverned } from "@/catalog/catalog";
import { fieldOf } from "@/catalog/fields";
import type { FieldDef, ObjectDef } from "@/catalog/types";
import { toast, toastError } from "@/components/toast";
import { Cell } from "@/lib/cell";
import { t } from "@/lib/i18n";
import { kindOf } from "./registry";

/** Values that a gesture says. */
export type Values = [FieldDef, unknown][];

/** A change that needs more than the gesture said; the shell asks for it. */
export interface Needed {
  object: ObjectDef;
  id: string;
  field: FieldDef;
  value: unknown;
  /** What is saved together with it. */
  beside?: Values;
  /** The transitions that go there; none when the value is set by itself. */
  ways: Way[];
  /** Whether the value may be set by itself too, past what the transition asks for. */
  free: boolean;
  /** What was refused, by field. */
  problem?: Problem;
  /** What is said when it is saved in the end. */
  done: () => void;
  /** Puts what is on screen back. */
  cancel: () => void;
}

export const neededIntent = new Cell<Needed | null>(null);

type Said = (record: RecordData) => string;

/** Did the server refuse for reasons that more input can answer, or a yes to what rules warn about? */
function asksForMore(error: unknown): error is Problem {
  if (!(error instanceof Problem)) return false;
  return warningsOf(error).length > 0 || (error.status === 422 && error.errors.length > 0);
}

/** A gesture means what it says whatever else has changed in the record meanwhile: once more, on the newer version. */
async function insisting<T>(save: () => Promise<T>): Promise<T> {
  try {
    return await save();
  } catch (error) {
    if (error instanceof Conflict) return save();
    throw error;
  }
}

type Change = Pick<Needed, "object" | "id" | "field" | "value" | "beside" | "done">;
type Once = <T>(save: () => Promise<T>) => Promise<T>;

/** Saves a value; the shell asks for what it needs first. Answers whether it was saved. */
async function trying(change: Change, once: Once): Promise<boolean> {
  const { object, id, field, value, beside = [], done } = change;
  const parts = (how: "patch" | "shown") =>
    Object.assign({}, ...[[field, value] as const, ...beside].map(([f, said]) => kindOf(f)[how](said, f)));
  try {
    await once(() => updateRecord(object, id, parts("patch"), parts("shown")));
    done();
    return true;
  } catch (error) {
    if (asksForMore(error)) neededIntent.set({ ...change, ways: [], free: false, problem: error, cancel: () => {} });
    else toastError(messageOf(error));
    return false;
  }
}

/** Says that a value was changed and offers the one before. Only the newest of such notes stays. */
export function offerUndo(object: ObjectDef, id: string, field: FieldDef, before: unknown, text: string): void {
  offerBack({ object, id, field, value: before, done: () => {} }, text);
}

function offerBack(before: Change, text: string): void {
  toast(text, {
    key: "edit",
    action: {
      label: t("Undo"),
      undo: true,
      // What somebody else has written meanwhile is theirs: an undo does not insist.
      run: () => trying(before, (save) => save()),
    },
  });
}

/** Sets a field of a record that is on screen. Answers whether it was saved. */
export function setValue(object: ObjectDef, id: string, field: FieldDef, value: unknown, said: Said): Promise<boolean> {
  return setValues(object, id, [[field, value]], said);
}

/**
 * Sets several fields of a record that is on screen, in one save. An undo goes back to `before`: the record as it is now,
 * unless a gesture is in pieces.
 */
export async function setValues(
  object: ObjectDef,
  id: string,
  values: Values,
  said: Said,
  before = recordStore.find(object.name, id),
): Promise<boolean> {
  const record = recordStore.find(object.name, id);
  const [first, ...beside] = values;
  if (!record || !before || !first) return false;
  const change = ([[field, value], ...others]: [Values[number], ...Values], done: () => void): Change => ({
    object,
    id,
    field,
    value,
    beside: others,
    done,
  });
  const was = ([field]: Values[number]): Values[number] => [field, kindOf(field).read(before, field)];
  const back = change([was(first), ...beside.map(was)], () => {});
  const done = () => offerBack(back, said(recordStore.find(object.name, id) ?? record));
  return trying(change([first, ...beside], done), insisting);
}

/** Turns a yes into a no, or back. */
export function setSwitch(object: ObjectDef, id: string, field: FieldDef, value: boolean): Promise<boolean> {
  return setValue(object, id, field, value, () => t("{field} changed", { field: field.label }));
}

const stateLabel = (field: FieldDef, value: unknown): string => kindOf(field).text(value, field);

/** Why a process that is enforced lets nothing go there. */
function noWay(field: FieldDef, value: unknown, from: Following, ways: Way[]): string {
  const words = { from: stateLabel(field, from.state), to: stateLabel(field, value) };
  const open = [...new Set(ways.filter((way) => way.field === field.name).map((way) => stateLabel(field, way.to)))];
  const refused = t("No transition goes from {from} to {to}.", words);
  return open.length ? `${refused} ${t("From here: {states}.", { states: open.join(", ") })}` : refused;
}

/** Where a record goes, and by which transition if one was chosen. */
export interface Target {
  field: FieldDef;
  value: unknown;
  way?: string;
}

/**
 * Moves a record that is on screen to a state. Where a process governs it, by the transition that goes there: one that
 * is not ready says why, one that needs fields asks for them, and where none goes there the process has the last word.
 */
export async function moveTo(object: ObjectDef, id: string, target: Target, said: Said): Promise<boolean> {
  const { field, value } = target;
  const record = recordStore.find(object.name, id);
  if (!record) return false;
  if (!isGoverned(object, field)) return setValue(object, id, field, value, said);
  const kind = kindOf(field);
  const before = kind.read(record, field);
  const takeBack = recordStore.applyOptimistic(object.name, id, kind.shown(value, field));
  const tell = () => recordStore.announce({ type: "updated", object: object.name, id, fields: [field.name] });
  const cancel = () => {
    takeBack();
    tell();
  };
  const refuse = (text: string) => {
    cancel();
    toastError(text);
    return false;
  };
  tell();
  try {
    const { data, processes } = await loadWays(object, id);
    const following = processes.find((one) => one.field === field.name);
    const goes = (way: Way) => way.field === field.name && way.to === value;
    const ways = data.filter((way) => goes(way) && (!target.way || way.name === target.way));
    const free = following?.mode !== "enforce";
    if (!following || (ways.length === 0 && free)) {
      cancel();
      return setValue(object, id, field, value, said);
    }
    const [only] = ways;
    if (!only) return refuse(noWay(field, value, following, data));
    if (ways.every((way) => !way.ready)) return refuse(only.message ?? t("This move was refused."));
    const done = () => {
      const text = said(recordStore.find(object.name, id) ?? record);
      if (free) offerUndo(object, id, field, before, text);
      else toast(text, { key: "edit" });
    };
    if (ways.length === 1 && !asks(only)) {
      try {
        await insisting(() => takeWay(object, id, only.name, {}));
      } catch (error) {
        if (!warningsOf(error).length) throw error;
        neededIntent.set({ object, id, field, value, ways, free, problem: error as Problem, done, cancel });
        return false;
      }
      done();
      return true;
    }
    const paths = ways.flatMap((way) => askedBy(object, way).flatMap((f) => kindOf(f).paths(f)));
    await loadRecord(object, id, [...new Set(["id", "version", ...paths])]);
    tell();
    neededIntent.set({ object, id, field, value, ways, free, done, cancel });
    return false;
  } catch (error) {
    return refuse(messageOf(error));
  }
}

/** The fields that a transition asks for, as they are asked: with its own label, required where it says so. */
export function askedBy(object: ObjectDef, way: Way): FieldDef[] {
  return way.fields.flatMap((one) => {
    const found = fieldOf(object, one.field);
    return found ? [{ ...found, label: one.label || found.label, required: one.required }] : [];
  });
}
