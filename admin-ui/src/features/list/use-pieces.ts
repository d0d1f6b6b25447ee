// Rows that wait for their records are filled some at a time: all of a screen at once takes so long to lay out that a key
// pressed in that moment is seen late.
import { useLayoutEffect, useReducer, useRef } from "react";
import type { RowSource } from "@/api/grouped-rows";
import { type GridWindow, heldBack } from "@/lib/grid-window";

/** Rows that are filled in one frame. */
const PIECE = 3;

/** Whose record a row shows by now. `from` is the first row on screen; the first rows of a list come all at once (`waiting`). */
export function usePieces(source: RowSource, drawn: GridWindow, from: number, waiting: boolean) {
  const empty = useRef<ReadonlySet<number>>(new Set());
  const [, fillMore] = useReducer((piece: number) => piece + 1, 0);
  const known = (row: number) => source.idAt(row) !== undefined;
  const held = heldBack(drawn, from, empty.current, known, PIECE);
  useLayoutEffect(() => {
    const without = new Set<number>();
    for (let row = drawn.first; row < drawn.end && !waiting; row++) if (held.has(row) || !known(row)) without.add(row);
    empty.current = without;
    if (held.size === 0) return;
    const frame = requestAnimationFrame(fillMore);
    return () => cancelAnimationFrame(frame);
  });
  return (row: number): string | undefined => (held.has(row) ? undefined : source.idAt(row));
}
