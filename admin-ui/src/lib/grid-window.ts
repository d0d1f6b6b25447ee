// The arithmetic of the grid: which rows are on screen, which pages they need, where the keyboard goes.

export interface GridWindow {
  /** First and one past the last row to draw. */
  first: number;
  end: number;
}

/** Rows to draw for a scroll position, with a margin so that fast wheels do not show gaps. */
export function windowRows(scrollTop: number, height: number, rowHeight: number, rows: number, margin = 8): GridWindow {
  const first = Math.max(0, Math.floor(scrollTop / rowHeight) - margin);
  const end = Math.min(rows, Math.ceil((scrollTop + height) / rowHeight) + margin);
  return { first: Math.min(first, Math.max(0, rows)), end: Math.max(end, 0) };
}

/** Pages (from 0) that hold the rows of a window. */
export function pagesOf(window: GridWindow, pageSize: number): number[] {
  if (window.end <= window.first) return [];
  const pages: number[] = [];
  for (let p = Math.floor(window.first / pageSize); p <= Math.floor((window.end - 1) / pageSize); p++) pages.push(p);
  return pages;
}

/**
 * Rows whose records are known, and which are drawn without them for a moment longer: of those in `empty`, which were drawn
 * so before, `most` are filled at a time, what is on screen (from `from` on) first. Other rows are drawn as they are.
 */
export function heldBack(
  { first, end }: GridWindow,
  from: number,
  empty: ReadonlySet<number>,
  known: (row: number) => boolean,
  most: number,
): Set<number> {
  const held = new Set<number>();
  if (empty.size === 0) return held;
  let left = most;
  const start = Math.min(Math.max(first, from), end);
  for (let i = 0; i < end - first; i++) {
    const row = start + i < end ? start + i : first + (start + i - end);
    if (empty.has(row) && known(row) && left-- <= 0) held.add(row);
  }
  return held;
}

/** Where to scroll so that a row is seen whole below the header; null when it is already. */
export function scrollFor(row: number, rowHeight: number, scrollTop: number, height: number): number | null {
  const top = row * rowHeight;
  if (top < scrollTop) return top;
  if (top + rowHeight > scrollTop + height) return top + rowHeight - height;
  return null;
}

/** What stands beside each other in a row: the widths of its columns, how many of them are held, what stands before them. */
export interface Across {
  widths: number[];
  held: number;
  before: number;
}

const sum = (widths: number[]): number => widths.reduce((a, b) => a + b, 0);

/** How far from the start of the line to scroll so that a column is seen whole beside those that are held; null when it is. */
export function scrollBeside(
  col: number,
  { widths, held, before }: Across,
  scrolled: number,
  room: number,
): number | null {
  if (col < held) return null;
  const start = sum(widths.slice(held, col));
  const end = before + sum(widths.slice(0, col + 1));
  if (start < scrolled) return start;
  if (end > scrolled + room) return Math.min(start, end - room);
  return null;
}

/** How much of the width may be held, so that what moves can be read beside it. */
const MOST_HELD = 0.7;

/** How many columns stay in sight of so many that are to: the first one, and what fits beside it. */
export function heldThatFit({ widths, held, before }: Across, room: number): number {
  let fit = Math.min(1, held);
  while (fit < held && before + sum(widths.slice(0, fit + 1)) <= room * MOST_HELD) fit++;
  return fit;
}

export interface Cursor {
  row: number;
  col: number;
}

/** The next place of the cursor for a key as it is meant along the line, or null when the key does not move it. */
export function moveCursor(at: Cursor, key: string, rows: number, cols: number, page: number): Cursor | null {
  const clamp = (row: number, col: number): Cursor => ({
    row: Math.max(0, Math.min(rows - 1, row)),
    col: Math.max(0, Math.min(cols - 1, col)),
  });
  switch (key) {
    case "arrowdown":
    case "j":
    case "shift+arrowdown":
      return clamp(at.row + 1, at.col);
    case "arrowup":
    case "k":
    case "shift+arrowup":
      return clamp(at.row - 1, at.col);
    case "arrowleft":
      return clamp(at.row, at.col - 1);
    case "arrowright":
      return clamp(at.row, at.col + 1);
    case "pagedown":
      return clamp(at.row + page, at.col);
    case "pageup":
      return clamp(at.row - page, at.col);
    case "home":
      return clamp(at.row, 0);
    case "end":
      return clamp(at.row, cols - 1);
    case "mod+home":
    case "mod+arrowup":
      return clamp(0, at.col);
    case "mod+end":
    case "mod+arrowdown":
      return clamp(rows - 1, at.col);
    default:
      return null;
  }
}
