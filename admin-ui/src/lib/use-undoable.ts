// A value with its past: what was done can be undone and done again.
import { useCallback, useState } from "react";

interface Past<T> {
  before: T[];
  now: T;
  after: T[];
}

export interface Undoable<T> {
  value: T;
  set: (next: T | ((old: T) => T)) => void;
  undo: (() => void) | undefined;
  redo: (() => void) | undefined;
  /** Forgets the past and begins anew. */
  restart: (value: T) => void;
}

const DEPTH = 100;

/** Plain data that says the same: what an editor sends again that was only shown something is no step. */
const isSame = (one: unknown, other: unknown) => Object.is(one, other) || JSON.stringify(one) === JSON.stringify(other);

export function useUndoable<T>(initial: T): Undoable<T> {
  const [past, setPast] = useState<Past<T>>({ before: [], now: initial, after: [] });
  const set = useCallback((next: T | ((old: T) => T)) => {
    setPast((p) => {
      const value = typeof next === "function" ? (next as (old: T) => T)(p.now) : next;
      return isSame(value, p.now) ? p : { before: [...p.before.slice(-DEPTH), p.now], now: value, after: [] };
    });
  }, []);
  const restart = useCallback((value: T) => setPast({ before: [], now: value, after: [] }), []);
  const undo = () =>
    setPast(({ before, now, after }) => ({
      before: before.slice(0, -1),
      now: before.at(-1) ?? now,
      after: [now, ...after],
    }));
  const redo = () =>
    setPast(({ before, now, after }) => ({ before: [...before, now], now: after[0] ?? now, after: after.slice(1) }));
  return {
    value: past.now,
    set,
    undo: past.before.length ? undo : undefined,
    redo: past.after.length ? redo : undefined,
    restart,
  };
}
