// Every record that is on screen, once: lists, pages and panels all show the same copy, so a change shows everywhere.
import { useCallback, useSyncExternalStore } from "react";

export interface RecordData {
  id: string;
  version?: number;
  [key: string]: unknown;
}

export type StoreEvent =
  | { type: "created"; object: string; id: string }
  | { type: "updated"; object: string; id: string; fields: string[] }
  | { type: "removed"; object: string; id: string }
  | { type: "restored"; object: string; id: string };

type Watcher = () => void;

/** Drops nested to-one records that no longer belong to the id beside them. */
function withoutStaleNesting(record: RecordData): RecordData {
  let clean = record;
  for (const key in record) {
    const value = record[key];
    if (!key.endsWith("_id") || typeof value === "object") continue;
    const nest = key.slice(0, -3);
    const nested = record[nest] as { id?: unknown } | null | undefined;
    if (nested && typeof nested === "object" && nested.id !== undefined && nested.id !== value) {
      if (clean === record) clean = { ...record };
      delete clean[nest];
    }
  }
  return clean;
}

/** When a relation points elsewhere now and the answer does not bring the new record along, the old one must go. */
function withoutReplacedNesting(known: RecordData | undefined, incoming: RecordData): RecordData | undefined {
  if (!known) return known;
  const clean = { ...known };
  for (const [key, value] of Object.entries(incoming)) {
    const nest = key.endsWith("_id") ? key.slice(0, -3) : "";
    if (nest && known[key] !== undefined && known[key] !== value && !(nest in incoming)) {
      const nested = known[nest] as { id?: unknown } | null | undefined;
      if (nested?.id === undefined || nested.id !== value) delete clean[nest];
    }
  }
  return clean;
}

export class RecordStore {
  readonly #records = new Map<string, RecordData>();
  readonly #watchers = new Map<string, Set<Watcher>>();
  readonly #listeners = new Set<(event: StoreEvent) => void>();

  static key(object: string, id: string): string {
    return `${object}/${id}`;
  }

  find(object: string, id: string): RecordData | undefined {
    return this.#records.get(RecordStore.key(object, id));
  }

  /** Takes in what the server answered. An answer older than what is known changes nothing. */
  merge(object: string, incoming: RecordData): RecordData {
    const key = RecordStore.key(object, incoming.id);
    const known = this.#records.get(key);
    if (known?.version !== undefined && incoming.version !== undefined && incoming.version < known.version)
      return known;
    const next = withoutStaleNesting({ ...withoutReplacedNesting(known, incoming), ...incoming });
    this.#put(key, next);
    return next;
  }

  /** Shows a change before the server confirms it; the answer puts it back if nothing newer came in between. */
  applyOptimistic(object: string, id: string, patch: Record<string, unknown>): () => void {
    const key = RecordStore.key(object, id);
    const before = this.#records.get(key);
    if (!before) return () => {};
    const shown = { ...before, ...patch };
    this.#put(key, shown);
    return () => {
      const now = this.#records.get(key);
      if (!now) return;
      const back: RecordData = { ...now };
      for (const field of Object.keys(patch)) if (now[field] === patch[field]) back[field] = before[field];
      this.#put(key, back);
    };
  }

  forget(object: string, id: string): void {
    const key = RecordStore.key(object, id);
    this.#records.delete(key);
    this.#notify(key);
  }

  clear(): void {
    this.#records.clear();
    for (const key of [...this.#watchers.keys()]) this.#notify(key);
  }

  watch(object: string, id: string, watcher: Watcher): () => void {
    const key = RecordStore.key(object, id);
    let set = this.#watchers.get(key);
    if (!set) {
      set = new Set();
      this.#watchers.set(key, set);
    }
    set.add(watcher);
    return () => {
      set.delete(watcher);
      if (set.size === 0) this.#watchers.delete(key);
    };
  }

  listen(listener: (event: StoreEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  announce(event: StoreEvent): void {
    for (const listener of [...this.#listeners]) listener(event);
  }

  #put(key: string, record: RecordData): void {
    this.#records.set(key, record);
    this.#notify(key);
  }

  #notify(key: string): void {
    for (const watcher of [...(this.#watchers.get(key) ?? [])]) watcher();
  }
}

export const recordStore = new RecordStore();

export function useRecord(object: string, id: string | undefined): RecordData | undefined {
  const watch = useCallback((w: Watcher) => (id ? recordStore.watch(object, id, w) : () => {}), [object, id]);
  return useSyncExternalStore(watch, () => (id ? recordStore.find(object, id) : undefined));
}
