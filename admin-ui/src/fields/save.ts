// Saving one value by a gesture (a drop, a click on a step): on screen at once, with a way back, and a question when
// the server wants more fields first.
import { messageOf, Problem } from "@/api/problem";
import { type RecordData, recordStore } from "@/api/record-store";
import { Conflict, updateRecord } from "@/api/records";
import type { FieldDef, ObjectDef } from "@/catalog/types";
import { toast, toastError } from "@/components/toast";
import { Cell } from "@/lib/cell";
import { t } from "@/lib/i18n";
import { kindOf } from "./registry";

/** A change that was refused because other fields are missing or wrong; the shell asks for them. */
export interface Needed {
  object: ObjectDef;
  id: string;
  field: FieldDef;
  value: unknown;
  problem: Problem;
  /** What is said when it is saved in the end. */
  done: () => void;
}

export const neededIntent = new Cell<Needed | null>(null);

/** Did the server refuse for reasons that more input can answer? */
function asksForMore(error: unknown): error is Problem {
  return error instanceof Problem && error.status === 422 && error.errors.length > 0;
}

/** Says that a value was changed and offers the one before. Only the newest of such notes stays. */
export function offerUndo(object: ObjectDef, id: string, field: FieldDef, before: unknown, text: string): void {
  toast(text, {
    key: "edit",
    action: {
      label: t("Undo"),
      undo: true,
      run: () =>
        updateRecord(object, id, kindOf(field).patch(before, field), kindOf(field).shown(before, field)).catch(
          (error) => toastError(messageOf(error)),
        ),
    },
  });
}

/** Sets a field of a record that is on screen. Answers whether it was saved. */
export async function setValue(
  object: ObjectDef,
  id: string,
  field: FieldDef,
  value: unknown,
  said: (record: RecordData) => string,
): Promise<boolean> {
  const kind = kindOf(field);
  const record = recordStore.find(object.name, id);
  if (!record) return false;
  const before = kind.read(record, field);
  const tell = () => {
    const now = recordStore.find(object.name, id) ?? record;
    offerUndo(object, id, field, before, said(now));
  };
  const save = () => updateRecord(object, id, kind.patch(value, field), kind.shown(value, field));
  try {
    // A gesture means what it says whatever else has changed in the record meanwhile: once more, on the newer version.
    await save().catch((error) => {
      if (error instanceof Conflict) return save();
      throw error;
    });
    tell();
    return true;
  } catch (error) {
    if (asksForMore(error)) neededIntent.set({ object, id, field, value, problem: error, done: tell });
    else toastError(messageOf(error));
    return false;
  }
}
