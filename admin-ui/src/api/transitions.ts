// The ways of a record through its processes: which are open, what is missing for each, and taking one.
import { load, request } from "./client";
import { Problem } from "./problem";
import { type RecordData, recordStore } from "./record-store";
import { Conflict, loadRecord, type ObjectRef } from "./records";

export interface WayField {
  field: string;
  label: string;
  required: boolean;
  missing: boolean;
}

/** A transition out of the state in which the record is. */
export interface Way {
  name: string;
  label: string;
  process: string;
  field: string;
  from: string | null;
  to: string;
  fields: WayField[];
  missing: string[];
  ready: boolean;
  /** Why it is not ready. */
  message: string | null;
  /** What is confirmed on the way, and whether it is said why. */
  checklist: string[];
  note: "optional" | "required" | null;
}

/** Whether a transition wants anything from whoever takes it. */
export const asks = (way: Way): boolean =>
  way.missing.length > 0 || way.checklist.length > 0 || way.note === "required";

/** A process that the record follows. */
export interface Following {
  name: string;
  label: string | null;
  mode: "guide" | "enforce";
  field: string;
  state: string | null;
  guidance: string | null;
  key_fields: string[];
  /** Whether the record stays as it is in this state, but for what transitions do. */
  locked: boolean;
}

export interface Ways {
  data: Way[];
  processes: Following[];
}

const path = (object: ObjectRef, id: string) => `/api/v1/${object.plural}/${id}/transitions`;

export async function loadWays(object: ObjectRef, id: string, signal?: AbortSignal): Promise<Ways> {
  return load<Ways>(path(object, id), undefined, signal);
}

/** Takes a transition with what is filled in on the way. */
export async function takeWay(
  object: ObjectRef,
  id: string,
  name: string,
  patch: Record<string, unknown>,
  confirmed = false,
): Promise<RecordData> {
  const version = recordStore.find(object.name, id)?.version;
  try {
    const answer = await request<{ data: RecordData }>("POST", `${path(object, id)}/${name}`, {
      body: patch,
      ...(confirmed ? { query: { confirm_warnings: true } } : {}),
      headers: version === undefined ? {} : { "if-match": `"${version}"` },
    });
    const record = recordStore.merge(object.name, answer.body.data);
    recordStore.announce({ type: "updated", object: object.name, id, fields: Object.keys(answer.body.data) });
    return record;
  } catch (error) {
    if (error instanceof Problem && error.status === 412) throw new Conflict(await loadRecord(object, id));
    throw error;
  }
}
