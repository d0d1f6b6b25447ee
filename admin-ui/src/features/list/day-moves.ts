// Moves of records to other days. Each is on screen at once; while one is saved, those of the same record that come after
// it wait and become one, so that a key can be held down. What is refused goes back to where it was.
import type { RecordData } from "@/api/record-store";
import type { Stretch } from "./stretch";

/** Brings a record there; `before` is what it was when the moving began. Answers whether it was saved. */
export type Bring = (id: string, to: Stretch, before: RecordData) => Promise<boolean>;

export class DayMoves {
  readonly #bring: Bring;
  readonly #wanted = new Map<string, Stretch>();
  readonly #watchers = new Set<() => void>();
  #version = 0;

  constructor(bring: Bring) {
    this.#bring = bring;
  }

  watch = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  };

  version = (): number => this.#version;

  /** Where a record is on its way to. */
  wanted(id: string): Stretch | undefined {
    return this.#wanted.get(id);
  }

  async move(record: RecordData, to: Stretch): Promise<void> {
    const moving = this.#wanted.has(record.id);
    this.#want(record.id, to);
    if (moving) return;
    let next = to;
    for (;;) {
      const saved = await this.#bring(record.id, next, record);
      const later = this.#wanted.get(record.id) ?? next;
      if (!saved || later === next) break;
      next = later;
    }
    this.#want(record.id, undefined);
  }

  #want(id: string, to: Stretch | undefined): void {
    if (to) this.#wanted.set(id, to);
    else this.#wanted.delete(id);
    this.#version += 1;
    for (const watcher of [...this.#watchers]) watcher();
  }
}
