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

/** Where to scroll so that a row is seen whole below the header; null when it is already. */
export function scrollFor(row: number, rowHeight: number, scrollTop: number, height: number): number | null {
  const top = row * rowHeight;
  if (top < scrollTop) return top;
  if (top + rowHeight > scrollTop + height) return top + rowHeight - height;
  return null;
}

export interface Cursor {
  row: number;
  col: number;
}

/** The next place of the cursor for a key, or null when the key does not move it. */
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
