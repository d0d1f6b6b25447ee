// A grouped list as rows: the head of each group, and below it its records unless it is folded.
import { Cell } from "@/lib/cell";
import type { Group, Groups } from "./groups";

/** What a grid draws from: rows that are records, and in grouped lists heads between them. */
export interface RowSource {
  readonly pending: boolean;
  readonly total: number | undefined;
  readonly rows: number;
  readonly error: unknown;
  scrollTop: number;
  watch: (watcher: () => void) => () => void;
  version: () => number;
  idAt(row: number): string | undefined;
  rowOf(id: string): number;
  loadedIds(): string[];
  want(first: number, end: number): void;
  refresh(): void;
  headAt?(row: number): GroupHead | undefined;
  fold?(group: Group): void;
}

export interface GroupHead {
  group: Group;
  index: number;
  folded: boolean;
}

export class GroupedRows implements RowSource {
  readonly #groups: Groups;
  readonly #folded = new Set<Group>();
  readonly #folds = new Cell(0);
  scrollTop = 0;

  constructor(groups: Groups) {
    this.#groups = groups;
  }

  watch = (watcher: () => void): (() => void) => {
    const stops = [this.#folds.watch(watcher), ...this.#groups.all.map((g) => g.source.watch(watcher))];
    return () => {
      for (const stop of stops) stop();
    };
  };

  version = (): number => this.#groups.all.reduce((sum, g) => sum + g.source.version(), this.#folds.get());

  get pending(): boolean {
    return this.#groups.all.some((g) => !g.source.counted);
  }

  get error(): unknown {
    return this.#groups.all.find((g) => g.source.error)?.source.error ?? null;
  }

  get total(): number | undefined {
    return this.pending ? undefined : this.#groups.all.reduce((sum, g) => sum + g.source.rows, 0);
  }

  get rows(): number {
    return this.#parts().reduce((sum, part) => sum + part.rows, 0);
  }

  /** Groups that hold something, each with its head and the rows that are shown below it. */
  #parts(): { group: Group; index: number; rows: number }[] {
    return this.#groups.all.flatMap((group, index) => {
      const { rows } = group.source;
      return rows ? [{ group, index, rows: 1 + (this.#folded.has(group) ? 0 : rows) }] : [];
    });
  }

  /** The group that a row is in, and the place below its head: -1 is the head. */
  #at(row: number): { group: Group; index: number; place: number } | undefined {
    let first = 0;
    for (const part of this.#parts()) {
      if (row < first + part.rows) return { group: part.group, index: part.index, place: row - first - 1 };
      first += part.rows;
    }
    return undefined;
  }

  headAt(row: number): GroupHead | undefined {
    const at = this.#at(row);
    return at?.place === -1 ? { group: at.group, index: at.index, folded: this.#folded.has(at.group) } : undefined;
  }

  idAt(row: number): string | undefined {
    const at = this.#at(row);
    return at && at.place >= 0 ? at.group.source.idAt(at.place) : undefined;
  }

  rowOf(id: string): number {
    let first = 0;
    for (const { group, rows } of this.#parts()) {
      const at = group.source.rowOf(id);
      if (at >= 0) return this.#folded.has(group) ? -1 : first + 1 + at;
      first += rows;
    }
    return -1;
  }

  loadedIds(): string[] {
    return this.#groups.all.flatMap((g) => g.source.loadedIds());
  }

  want(first: number, end: number): void {
    let start = 0;
    for (const { group, rows } of this.#parts()) {
      const from = Math.max(first, start + 1);
      const to = Math.min(end, start + rows);
      if (from < to) group.source.want(from - start - 1, to - start - 1);
      start += rows;
    }
  }

  refresh(): void {
    this.#groups.refresh();
  }

  fold(group: Group): void {
    if (!this.#folded.delete(group)) this.#folded.add(group);
    this.#folds.set(this.#folds.get() + 1);
  }
}

/** Rows before it is known in which groups they stand. */
export const rowsToCome = (error: unknown, refresh: () => void): RowSource => ({
  pending: !error,
  total: undefined,
  rows: 0,
  error,
  scrollTop: 0,
  watch: () => () => {},
  version: () => 0,
  idAt: () => undefined,
  rowOf: () => -1,
  loadedIds: () => [],
  want: () => {},
  refresh,
});
