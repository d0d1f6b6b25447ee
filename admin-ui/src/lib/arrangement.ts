// How someone has arranged a view: which columns, in what order, how wide, and what its amounts are weighted by. Kept in
// this browser, per view.
import { Cell } from "./cell";
import { recallJson, remember } from "./storage";

export interface Arrangement {
  cols?: string[] | undefined;
  widths: Record<string, number>;
  /** The percentage that a board weighs its amounts by; "none" is none. */
  weight?: string | undefined;
}

const cells = new Map<string, Cell<Arrangement>>();

function read(key: string): Arrangement {
  const raw = recallJson<Partial<Arrangement> | null>(`columns.${key}`, null);
  const cols = Array.isArray(raw?.cols) ? raw.cols.filter((c) => typeof c === "string") : undefined;
  const widths = Object.entries(raw?.widths ?? {}).filter(([, w]) => typeof w === "number" && w >= MIN_WIDTH);
  const weight = typeof raw?.weight === "string" ? raw.weight : undefined;
  return { cols, widths: Object.fromEntries(widths), weight };
}

export const MIN_WIDTH = 60;
export const MAX_WIDTH = 800;

export function arrangementOf(key: string): Cell<Arrangement> {
  let cell = cells.get(key);
  if (!cell) {
    cell = new Cell(read(key));
    cells.set(key, cell);
  }
  return cell;
}

export function arrange(key: string, patch: Partial<Arrangement>): void {
  const cell = arrangementOf(key);
  const next = { ...cell.get(), ...patch };
  cell.set(next);
  remember(`columns.${key}`, next);
}
