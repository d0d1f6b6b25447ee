// The list that a record was opened from, so that its page knows the record before and the one after.
import { Cell } from "./cell";

export interface Neighbours {
  object: string;
  /** The row of a record, or -1 when the list does not hold it. */
  rowOf: (id: string) => number;
  idAt: (row: number) => string | undefined;
  want: (first: number, end: number) => void;
  rows: () => number;
  watch: (watcher: () => void) => () => void;
  /** The address of the list. */
  href: string;
}

export const neighbours = new Cell<Neighbours | null>(null);
