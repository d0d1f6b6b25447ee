// Where the boxes of the schema diagram stand: what is pointed to stands left of what points to it, and boxes stand near
// their neighbours, so that few lines cross. Small on purpose; a tenant has tens of objects, not thousands.
import type { ObjectDef } from "@/catalog/types";

export interface Edge {
  from: string;
  to: string;
  field: string;
  label: string;
  kind: string;
}

export interface Box {
  name: string;
  x: number;
  y: number;
}

export interface Diagram {
  boxes: Map<string, Box>;
  edges: Edge[];
  width: number;
  height: number;
}

export const BOX = { width: 180, height: 62 };
const GAP = { x: 84, y: 36 };
const RELATIONS = new Set(["lookup", "master_detail", "many_to_many", "any_lookup"]);
/** Columns taller than this are split, so that the whole stays near the shape of a screen. */
const TALL = 7;

/** Own relations of the objects among each other. "Any object" joins nothing in particular and is left out. */
export function edgesOf(objects: ObjectDef[]): Edge[] {
  const known = new Set(objects.map((o) => o.name));
  return objects.flatMap((object) =>
    object.fields
      .filter((f) => RELATIONS.has(f.kind) && !f.standard)
      .flatMap((f) =>
        [f.to ?? []].flat().map((to) => ({ from: object.name, to, field: f.name, label: f.label, kind: f.kind })),
      )
      .filter((edge) => known.has(edge.to)),
  );
}

/** How far right each object stands: one more than the farthest that it points to. Circles are cut where they close. */
function ranks(names: string[], edges: Edge[]): Map<string, number> {
  const targets = new Map(names.map((n) => [n, edges.filter((e) => e.from === n && e.to !== n).map((e) => e.to)]));
  const found = new Map<string, number>();
  const open = new Set<string>();
  const rank = (name: string): number => {
    const known = found.get(name);
    if (known !== undefined) return known;
    if (open.has(name)) return 0;
    open.add(name);
    const farthest = Math.max(-1, ...(targets.get(name) ?? []).filter((t) => !open.has(t)).map(rank));
    open.delete(name);
    found.set(name, farthest + 1);
    return farthest + 1;
  };
  for (const name of names) rank(name);
  return found;
}

/** Puts each box at the mean height of its neighbours, a few times over. */
function ordered(columns: string[][], edges: Edge[]): string[][] {
  let result = columns;
  for (let round = 0; round < 6; round++) {
    const place = new Map(result.flatMap((column) => column.map((name, i) => [name, i - column.length / 2] as const)));
    const mean = (name: string): number => {
      const near = edges
        .filter((e) => e.from !== e.to && (e.from === name || e.to === name))
        .map((e) => place.get(e.from === name ? e.to : e.from) ?? 0);
      return near.length ? near.reduce((a, b) => a + b, 0) / near.length : (place.get(name) ?? 0);
    };
    result = result.map((column) => [...column].sort((a, b) => mean(a) - mean(b)));
  }
  return result;
}

function columnsOf(names: string[], edges: Edge[]): string[][] {
  const rank = ranks(names, edges);
  const joined = new Set(edges.filter((e) => e.from !== e.to).flatMap((e) => [e.from, e.to]));
  const columns: string[][] = [];
  for (const name of names.filter((n) => joined.has(n))) {
    const at = rank.get(name) ?? 0;
    columns[at] ??= [];
    columns[at].push(name);
  }
  const alone = names.filter((n) => !joined.has(n));
  const all = [...ordered(columns.filter(Boolean), edges), ...(alone.length ? [alone] : [])];
  return all.flatMap((column) => {
    const parts = Math.ceil(column.length / TALL);
    const size = Math.ceil(column.length / parts);
    return Array.from({ length: parts }, (_, i) => column.slice(i * size, (i + 1) * size));
  });
}

export function diagramOf(objects: ObjectDef[]): Diagram {
  const edges = edgesOf(objects);
  const columns = columnsOf(
    objects.map((o) => o.name),
    edges,
  );
  const tallest = Math.max(1, ...columns.map((c) => c.length));
  const height = tallest * (BOX.height + GAP.y) - GAP.y;
  const boxes = new Map<string, Box>();
  columns.forEach((column, x) => {
    const own = column.length * (BOX.height + GAP.y) - GAP.y;
    column.forEach((name, y) => {
      boxes.set(name, { name, x: x * (BOX.width + GAP.x), y: (height - own) / 2 + y * (BOX.height + GAP.y) });
    });
  });
  return { boxes, edges, width: Math.max(1, columns.length) * (BOX.width + GAP.x) - GAP.x, height };
}

/** The line between two boxes; the n-th of several between the same two leaves a little lower. */
export function pathOf(from: Box, to: Box, nth: number): string {
  const shift = (nth - 0.5) * 10;
  if (from.name === to.name) {
    const [x, y] = [from.x + BOX.width - 30, from.y];
    return `M ${x} ${y} c 0 -26, 44 -26, 44 0 q 0 14 -14 16`;
  }
  const right = to.x > from.x;
  const [x1, y1] = [from.x + (right ? BOX.width : 0), from.y + BOX.height / 2 + shift];
  const same = to.x === from.x;
  const [x2, y2] = [to.x + (right || same ? 0 : BOX.width), to.y + BOX.height / 2 + shift];
  const bend = same ? -60 : Math.max(50, Math.abs(x2 - x1) / 2) * (right ? 1 : -1);
  return `M ${x1} ${y1} C ${x1 + bend} ${y1}, ${same ? x2 + bend : x2 - bend} ${y2}, ${x2} ${y2}`;
}
