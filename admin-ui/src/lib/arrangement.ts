// How someone has arranged a view otherwise than it says: which columns, in what order, which of them stay in sight, and what
// its amounts are weighted by, until the view keeps it; and how wide columns are. Kept in this browser, per view.
import { Cell } from "./cell";
import { recallJson, remember } from "./storage";

export interface Arrangement {
  cols?: string[] | undefined;
  widths: Record<string, number>;
  /** Columns that stay in sight beside the first one, which always does; the view's own when left out. */
  pinned?: string[] | undefined;
  /** The number that a board weighs its amounts by; "none" is none; the view's own when left out. */
  weight?: string | undefined;
}

const cells = new Map<string, Cell<Arrangement>>();

const words = (list: unknown): string[] | undefined =>
  Array.isArray(list) ? list.filter((word) => typeof word === "string") : undefined;

function read(key: string): Arrangement {
  const raw = recallJson<Partial<Arrangement> | null>(`columns.${key}`, null);
  const widths = Object.entries(raw?.widths ?? {}).filter(([, w]) => typeof w === "number" && w >= MIN_WIDTH);
  const weight = typeof raw?.weight === "string" ? raw.weight : undefined;
  return { cols: words(raw?.cols), widths: Object.fromEntries(widths), pinned: words(raw?.pinned), weight };
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

/** Sets the width of a column; without one it is as wide as its kind has it. */
export function setWidth(key: string, name: string, width: number | undefined): void {
  const { [name]: _, ...rest } = arrangementOf(key).get().widths;
  arrange(key, { widths: width === undefined ? rest : { ...rest, [name]: withinWidths(width) } });
}

export const withinWidths = (width: number): number => Math.round(Math.max(MIN_WIDTH, Math.min(MAX_WIDTH, width)));

/** Nothing of a view is otherwise than it says. */
export const AS_THE_VIEW: Partial<Arrangement> = { cols: undefined, pinned: undefined, weight: undefined };

/** Lets a column stay in sight beside those that do, or go with the others again. */
export function pin(key: string, pinned: string[], name: string, on: boolean): void {
  const others = pinned.filter((known) => known !== name);
  arrange(key, { pinned: on ? [...others, name] : others });
}

/** The columns as they stand: the first one, those that are pinned, then the others; and how many of them are held. */
export function pinnedFirst<T extends { name: string }>(
  columns: T[],
  pinned: string[] = [],
): { columns: T[]; held: number } {
  const [first, ...rest] = columns;
  const isPinned = (column: T) => pinned.includes(column.name);
  if (!first || !rest.some(isPinned)) return { columns, held: Math.min(1, columns.length) };
  const held = [first, ...rest.filter(isPinned)];
  return { columns: [...held, ...rest.filter((column) => !isPinned(column))], held: held.length };
}

/** Between which places a column can move: the first one nowhere, what is pinned among the pinned, the others among themselves. */
export function zoneOf(at: number, held: number, count: number): { from: number; end: number } {
  if (at <= 0) return { from: 0, end: at + 1 };
  return at < held ? { from: 1, end: held } : { from: Math.max(1, held), end: count };
}

/** The names with one of them at another place, as near to it as its zone allows. */
export function movedColumn(names: string[], held: number, name: string, to: number): string[] {
  const { from, end } = zoneOf(names.indexOf(name), held, names.length);
  const next = names.filter((other) => other !== name);
  next.splice(Math.max(from, Math.min(end - 1, to)), 0, name);
  return next;
}
