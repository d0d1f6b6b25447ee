// A list in groups: one source for each value of a field. A record that changes its value changes its group at once.
import { type Ast, all, compare } from "@/lib/filter";
import { ListSource } from "./list-source";
import { type RecordData, recordStore, type StoreEvent } from "./record-store";
import type { ListRequest, ObjectRef } from "./records";

/** The value of a group; null holds the records without one. */
export type GroupValue = string | number | boolean | null;

export interface Group {
  value: GroupValue;
  source: ListSource;
}

/** The value of the group of all that is in none of the others. No id is written so. */
export const OTHERS = "*";

/** How a field groups: the path that is compared, and the value out of a record. */
export interface Grouping {
  path: string;
  values: GroupValue[];
  valueOf: (record: RecordData) => GroupValue;
  /** How many records each group has, where they were counted: then they are asked for when they come into sight. */
  counts?: (number | undefined)[];
}

export class Groups {
  readonly object: ObjectRef;
  readonly all: Group[];
  readonly #grouping: Grouping;
  readonly #sort: string[];

  constructor(object: ObjectRef, request: ListRequest, grouping: Grouping, made = makeSource) {
    this.object = object;
    this.#grouping = grouping;
    this.#sort = request.sort ?? [];
    this.all = grouping.values.map((value) => {
      const filter = all([request.filter, groupFilter(grouping, value)]);
      return { value, source: made(object, { ...request, filter }) };
    });
    this.expect(grouping.counts);
  }

  /** Tells groups that were not asked for yet how many they have. */
  expect(counts: Grouping["counts"]): void {
    for (const [i, { source }] of this.all.entries()) {
      const count = counts?.[i];
      if (count !== undefined) source.expect(count);
    }
  }

  find(value: GroupValue): Group | undefined {
    const found = this.all.find((group) => group.value === value);
    return found ?? (value === null ? undefined : this.all.find((group) => group.value === OTHERS));
  }

  holding(id: string): Group | undefined {
    return this.all.find((group) => group.source.rowOf(id) >= 0);
  }

  refresh(): void {
    for (const { source } of this.all) if (!source.pending || !source.counted) source.refresh();
  }

  /** Nobody comes back to them. */
  leave(): void {
    for (const group of this.all) group.source.leave();
  }

  attach(): () => void {
    return recordStore.listen(this.#onEvent);
  }

  #onEvent = (event: StoreEvent): void => {
    if (event.object !== this.object.name) return;
    const record = recordStore.find(event.object, event.id);
    if (event.type === "removed") for (const group of this.all) group.source.take(event.id);
    else if (event.type === "updated") this.#follow(event.id, record);
    else this.find(record ? this.#grouping.valueOf(record) : null)?.source.refresh();
  };

  /** Moves a record to the group of its present value, where the order of the list puts it. */
  #follow(id: string, record: RecordData | undefined): void {
    const from = this.holding(id);
    if (!record || !from) return;
    const to = this.find(this.#grouping.valueOf(record));
    if (to === from) return;
    from.source.take(id);
    to?.source.put(id, placeOf(this.object.name, to.source.loadedIds(), record, this.#sort));
  }
}

const makeSource = (object: ObjectRef, request: ListRequest) => new ListSource(object, request);

function groupFilter({ path, values }: Grouping, value: GroupValue): Ast | null {
  if (value === OTHERS) {
    const known = values.filter((other) => other !== null && other !== OTHERS);
    return all([compare(path, "is_null", false), compare(path, "not_in", known)]);
  }
  return value === null ? compare(path, "is_null", true) : compare(path, "eq", value);
}

function valueAt(record: RecordData | undefined, path: string): unknown {
  return path.split(".").reduce<unknown>((at, key) => (at as Record<string, unknown> | null)?.[key], record);
}

/** Below zero when `a` comes first. Nothing is less than everything, as in the server's order. */
function compareValues(a: unknown, b: unknown): number {
  const none = (value: unknown) => value === null || value === undefined;
  if (none(a) || none(b)) return Number(none(b)) - Number(none(a));
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0;
}

/** The row where a record belongs among others that are in order. */
export function placeOf(object: string, ids: string[], record: RecordData, sort: string[]): number {
  const before = (other: RecordData | undefined): boolean => {
    for (const key of sort) {
      const down = key.startsWith("-");
      const path = down ? key.slice(1) : key;
      const by = compareValues(valueAt(record, path), valueAt(other, path)) * (down ? -1 : 1);
      if (by !== 0) return by < 0;
    }
    return true;
  };
  const at = ids.findIndex((id) => before(recordStore.find(object, id)));
  return at < 0 ? ids.length : at;
}

const kept = new Map<string, Groups>();
const KEEP = 4;

/** The groups of a request: the same ones again when one comes back to them, with those sources that had an answer. */
export function groupsFor(
  object: ObjectRef,
  request: ListRequest,
  grouping: Grouping,
): { groups: Groups; known: ListSource[] } {
  const key = JSON.stringify([object.name, request, grouping.path, grouping.values]);
  const found = kept.get(key);
  if (found) {
    kept.delete(key);
    kept.set(key, found);
    found.expect(grouping.counts);
    return { groups: found, known: found.all.map(({ source }) => source).filter((source) => !source.pending) };
  }
  const groups = new Groups(object, request, grouping);
  for (const { source } of groups.all) if (!source.counted) source.want(0, 1);
  kept.set(key, groups);
  const [oldest] = kept;
  if (kept.size > KEEP && oldest) {
    kept.delete(oldest[0]);
    oldest[1].leave();
  }
  return { groups, known: [] };
}

export function forgetGroups(): void {
  for (const groups of kept.values()) groups.leave();
  kept.clear();
}
