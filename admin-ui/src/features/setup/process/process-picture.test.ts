import { describe, expect, it } from "vitest";
import type { Process } from "./process-draft";
import { BOX, leftOf, pathsOf, pictureOf, placeAt, type Strand, stateAt } from "./process-picture";

const process = (transitions: [string, string[], string][], final: string[] = []): Process => ({
  object: "project",
  field: "phase",
  mode: "enforce",
  states: ["a", "b", "c", "d"].map((value) => ({ value })),
  transitions: transitions.map(([name, from, to]) => ({ name, from, to })),
  final,
});

/** "0 above 0,1>2 @1": way, side, from, to, level. */
const told = ({ transition, side, from, to, level }: Strand) =>
  `${transition} ${side} ${from.map((p) => p.state)}>${to.state} @${level}`;

describe("the picture of a process", () => {
  it("runs ways forward above and ways back below, a longer one outside of those that it spans", () => {
    const picture = pictureOf(
      process([
        ["next", ["a"], "b"],
        ["on", ["b"], "c"],
        ["skip", ["a"], "c"],
        ["back", ["c"], "a"],
      ]),
    );
    expect(picture.strands.map(told)).toEqual(["0 above 0>1 @0", "1 above 1>2 @0", "2 above 0>2 @1", "3 below 2>0 @0"]);
  });

  it("draws a way from several states as one line with several beginnings, and on both sides where it must", () => {
    const strands = pictureOf(process([["stop", [], "c"]], ["d"])).strands;
    expect(strands.map(told)).toEqual(["0 above 0,1>2 @0"]);
    const both = pictureOf(process([["stop", ["a", "d"], "c"]])).strands;
    expect(both.map(told)).toEqual(["0 above 0>2 @0", "0 below 3>2 @0"]);
  });

  it("gives two ways between the same states a line each, and no two ends the same place", () => {
    const { strands, top } = pictureOf(
      process([
        ["one", ["a"], "b"],
        ["two", ["a"], "b"],
        ["again", ["b"], "b"],
      ]),
    );
    expect(new Set(strands.map((s) => s.level)).size).toBe(3);
    const ends = strands.flatMap((s) => [...s.from, s.to].map((p) => leftOf(p.state) + p.x));
    expect(new Set(ends).size).toBe(ends.length);
    for (const path of strands.flatMap((s) => pathsOf(s, top))) expect(path).not.toMatch(/NaN|undefined/);
  });

  it("finds the state under the pointer, and the place of one that is moved", () => {
    expect(stateAt(4, 50, { x: leftOf(2) + 5, y: 60 })).toBe(2);
    expect(stateAt(4, 50, { x: leftOf(2) + 5, y: 50 + BOX.height + 40 })).toBeUndefined();
    expect(stateAt(4, 50, { x: leftOf(2) + BOX.width + BOX.gap / 2, y: 60 })).toBeUndefined();
    expect([placeAt(4, leftOf(1) + 30), placeAt(4, -500), placeAt(4, 5000)]).toEqual([1, 0, 3]);
  });
});
