// When records came to the states in which they are: asked of the log of states, once for a page of them.
import { load } from "./client";
import type { ObjectRef } from "./records";

/** Entries that one answer holds at most; cards that go to and fro more often than that are told by their last change. */
const MOST = 1000;

export interface Arrival {
  record_id: string;
  to: string | null;
  at: string;
}

/** The newest first. */
export type LoadArrivals = (object: ObjectRef, field: string, ids: string[]) => Promise<Arrival[]>;

export const loadArrivals: LoadArrivals = async (object, field, ids) => {
  const filter = JSON.stringify({ id: { in: ids } });
  const query = { field, filter, limit: MOST };
  return (await load<{ data: Arrival[] }>(`/api/v1/${object.plural}/states`, query)).data;
};

export class Arrivals {
  readonly #object: ObjectRef;
  readonly #field: string;
  readonly #load: LoadArrivals;
  readonly #asked = new Set<string>();
  readonly #told = new Set<string>();
  readonly #newest = new Map<string, Arrival>();
  readonly #watchers = new Set<() => void>();
  #version = 0;

  constructor(object: ObjectRef, field: string, load = loadArrivals) {
    this.#object = object;
    this.#field = field;
    this.#load = load;
  }

  watch = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  };

  version = (): number => this.#version;

  /** Asks for those that were not asked for yet, all at once. */
  async want(ids: string[]): Promise<void> {
    const fresh = ids.filter((id) => !this.#asked.has(id));
    if (!fresh.length) return;
    for (const id of fresh) this.#asked.add(id);
    // Without an answer the cards say less, and nothing that is wrong.
    const found = await this.#load(this.#object, this.#field, fresh).catch(() => []);
    for (const entry of found) if (!this.#newest.has(entry.record_id)) this.#newest.set(entry.record_id, entry);
    for (const id of fresh) this.#told.add(id);
    this.#version += 1;
    for (const watcher of [...this.#watchers]) watcher();
  }

  /** Whether it is known by now when a record came anywhere, or that nobody has written it down. */
  knows(id: string): boolean {
    return this.#told.has(id);
  }

  /**
   * When a record came to the state in which it is: null where it has only just come, since the log tells of another one,
   * and nothing where the log does not tell.
   */
  at(id: string, state: unknown): string | null | undefined {
    const entry = this.#newest.get(id);
    return entry && (entry.to === (state ?? null) ? entry.at : null);
  }
}
