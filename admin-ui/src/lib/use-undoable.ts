// A value with its past: what was done can be undone and done again, what was typed word by word.
import { useCallback, useState } from "react";
import { goesOn, isSame, textChange } from "./typed-text";

interface Past<T> {
  before: T[];
  now: T;
  after: T[];
  /** The text that the last step has changed, and when. */
  typing?: { place: string; at: number } | undefined;
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

/** Who pauses for as long begins a step. */
export const PAUSE_MS = 1000;

/** The past with a further step, or with more of the word that is being typed. */
function stepped<T>(past: Past<T>, value: T, at: number): Past<T> {
  const text = textChange(past.now, value);
  const typing = text ? { place: text.place, at } : undefined;
  const { typing: last } = past;
  if (text && last?.place === text.place && at - last.at < PAUSE_MS && goesOn(text))
    return { before: past.before, now: value, after: [], typing };
  return { before: [...past.before.slice(-DEPTH), past.now], now: value, after: [], typing };
}

export function useUndoable<T>(initial: T): Undoable<T> {
  const [past, setPast] = useState<Past<T>>({ before: [], now: initial, after: [] });
  const set = useCallback((next: T | ((old: T) => T)) => {
    const at = Date.now();
    setPast((p) => {
      const value = typeof next === "function" ? (next as (old: T) => T)(p.now) : next;
      return isSame(value, p.now) ? p : stepped(p, value, at);
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
