// Where the lines of a process run: a way goes up from each state that it begins in, along a line of its own, and down to
// its target; ways back go below. A longer line runs outside of those that it spans, so that lines hardly cross.
import { arcsOf, type Process } from "./process-draft";

export const BOX = { width: 136, height: 44, gap: 76 };
/** From one line to the next; a label stands on each. */
const LIFT = 32;
const MARGIN = 28;

/** One end of a line: its state, by its place in the row, and how far from the left side of that. */
export interface Port {
  state: number;
  x: number;
}

/** The part of a way that runs on one side of the states. */
export interface Strand {
  transition: number;
  side: "above" | "below";
  from: Port[];
  to: Port;
  /** 0 is the line next to the states. */
  level: number;
}

export interface Picture {
  strands: Strand[];
  top: number;
  width: number;
  height: number;
}

/** How far a strand reaches, in states; those that only touch end to end do not overlap. */
function reach({ side, from, to }: Strand): [number, number] {
  const out = side === "above" ? 0.3 : -0.3;
  const points = [...from.map(({ state }) => state + out), to.state - out];
  // One that comes back to its state takes all of the room above it.
  if (from.some(({ state }) => state === to.state)) points.push(to.state - 0.5, to.state + 0.5);
  return [Math.min(...points), Math.max(...points)];
}

const overlap = ([a, b]: [number, number], [c, d]: [number, number]): boolean => Math.max(a, c) < Math.min(b, d);

function strandsOf(draft: Process): Strand[] {
  const place = new Map(draft.states.map((state, i) => [state.value, i]));
  const strands = new Map<string, Strand>();
  for (const arc of arcsOf(draft)) {
    const [from, to] = [place.get(arc.from) ?? 0, place.get(arc.to) ?? 0];
    const side = from <= to ? "above" : "below";
    const key = `${arc.transition} ${side}`;
    const found = strands.get(key);
    if (found) found.from.push({ state: from, x: 0 });
    else
      strands.set(key, {
        ...{ transition: arc.transition, side, level: 0 },
        ...{ from: [{ state: from, x: 0 }], to: { state: to, x: 0 } },
      });
  }
  return [...strands.values()];
}

/** Each strand one line farther out than the shorter ones that it overlaps. */
function lift(strands: Strand[]): void {
  const length = (strand: Strand) => reach(strand)[1] - reach(strand)[0];
  const placed: Strand[] = [];
  for (const strand of [...strands].sort((a, b) => length(a) - length(b))) {
    const under = placed.filter((one) => one.side === strand.side && overlap(reach(one), reach(strand)));
    strand.level = Math.max(-1, ...under.map((one) => one.level)) + 1;
    placed.push(strand);
  }
}

/** Gives the ends at each state places beside each other: what leaves on the one half of it, what comes on the other. */
function spread(strands: Strand[]): void {
  const groups = new Map<string, { port: Port; level: number }[]>();
  for (const strand of strands) {
    const right = strand.side === "above";
    const add = (port: Port, half: string) => {
      const key = `${port.state} ${strand.side} ${half}`;
      groups.set(key, [...(groups.get(key) ?? []), { port, level: strand.level }]);
    };
    for (const port of strand.from) add(port, right ? "end" : "start");
    add(strand.to, right ? "start" : "end");
  }
  for (const [key, ends] of groups) {
    const step = Math.min(14, (BOX.width / 2 - MARGIN - 4) / Math.max(1, ends.length - 1));
    ends.sort((a, b) => a.level - b.level);
    ends.forEach(({ port }, k) => {
      const inward = MARGIN + k * step;
      port.x = key.endsWith("start") ? inward : BOX.width - inward;
    });
  }
}

export const leftOf = (state: number): number => 8 + state * (BOX.width + BOX.gap);

export function pictureOf(draft: Process): Picture {
  const strands = strandsOf(draft);
  lift(strands);
  spread(strands);
  const levels = (side: Strand["side"]) =>
    Math.max(0, ...strands.filter((s) => s.side === side).map((s) => s.level + 1));
  const top = 16 + levels("above") * LIFT;
  return {
    strands,
    top,
    width: leftOf(draft.states.length) - BOX.gap + 16,
    height: top + BOX.height + levels("below") * LIFT + 16,
  };
}

/** The height at which a strand runs. */
export function lineOf({ side, level }: Strand, top: number): number {
  return side === "above" ? top - 20 - level * LIFT : top + BOX.height + 20 + level * LIFT;
}

/** The middle of a strand's line and how much of it a label may take. */
export function labelPlace({ from, to }: Strand): { x: number; width: number } {
  const ends = [...from, to].map(({ state, x }) => leftOf(state) + x);
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  return { x: (low + high) / 2, width: Math.max(88, high - low - 28) };
}

/** One path for each beginning of a strand, all of them to its target. */
export function pathsOf(strand: Strand, top: number): string[] {
  const above = strand.side === "above";
  const [edge, line] = [above ? top : top + BOX.height, lineOf(strand, top)];
  const end = leftOf(strand.to.state) + strand.to.x;
  return strand.from.map(({ state, x }) => {
    const start = leftOf(state) + x;
    const way = Math.sign(end - start) || 1;
    const r = Math.min(10, Math.abs(end - start) / 2);
    const turn = line + (above ? r : -r);
    // The arrow's head stands on the edge, so the line ends a little before it.
    return `M ${start} ${edge} V ${turn} Q ${start} ${line} ${start + way * r} ${line} H ${end - way * r} Q ${end} ${line} ${end} ${turn} V ${edge + (above ? -2 : 2)}`;
  });
}

/** The state at a point of the picture, with a little room around each. */
export function stateAt(count: number, top: number, { x, y }: { x: number; y: number }): number | undefined {
  const room = 10;
  if (y < top - room || y > top + BOX.height + room) return undefined;
  for (let i = 0; i < count; i++) if (x >= leftOf(i) - room && x <= leftOf(i) + BOX.width + room) return i;
  return undefined;
}

/** The place in the row at which a box stands whose left side is at `x`. */
export function placeAt(count: number, x: number): number {
  const place = Math.round((x - 8) / (BOX.width + BOX.gap));
  return Math.min(count - 1, Math.max(0, place));
}
