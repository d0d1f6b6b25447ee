import { describe, expect, it } from "vitest";
import { alongTheLine } from "./direction";
import { heldBack, heldThatFit, moveCursor, pagesOf, scrollBeside, scrollFor, windowRows } from "./grid-window";

describe("windowRows", () => {
  it("draws what is on screen with a margin", () => {
    expect(windowRows(0, 320, 32, 1000, 8)).toEqual({ first: 0, end: 18 });
    expect(windowRows(3200, 320, 32, 1000, 8)).toEqual({ first: 92, end: 118 });
  });

  it("ends with the rows", () => {
    expect(windowRows(31_680, 320, 32, 1000, 8)).toEqual({ first: 982, end: 1000 });
    expect(windowRows(0, 320, 32, 0)).toEqual({ first: 0, end: 0 });
    expect(windowRows(99_999, 320, 32, 3)).toEqual({ first: 3, end: 3 });
  });
});

describe("pagesOf", () => {
  it("names every page that the rows touch", () => {
    expect(pagesOf({ first: 0, end: 18 }, 100)).toEqual([0]);
    expect(pagesOf({ first: 92, end: 118 }, 100)).toEqual([0, 1]);
    expect(pagesOf({ first: 99_990, end: 100_000 }, 100)).toEqual([999]);
    expect(pagesOf({ first: 5, end: 5 }, 100)).toEqual([]);
  });
});

describe("scrollFor", () => {
  it("scrolls only as far as needed", () => {
    expect(scrollFor(5, 32, 0, 320)).toBeNull();
    expect(scrollFor(10, 32, 0, 320)).toBe(32);
    expect(scrollFor(2, 32, 200, 320)).toBe(64);
  });
});

describe("scrollBeside", () => {
  const across = { widths: [200, 100, 100, 100, 400], held: 2, before: 40 };
  it.each([
    ["what is held is always seen", 1, 500, 600, null],
    ["what is seen stays where it is", 2, 0, 600, null],
    ["what is hidden behind what is held comes out", 2, 30, 600, 0],
    ["what is past the edge comes in", 3, 0, 500, 40],
    ["what is wider than the room shows its start", 4, 0, 500, 200],
  ])("%s", (_, col, scrolled, room, to) => {
    expect(scrollBeside(col, across, scrolled, room)).toBe(to);
  });
});

describe("heldThatFit", () => {
  const widths = [200, 100, 100, 100];
  it.each([
    [1, 1000, 1],
    [3, 1000, 3],
    [3, 600, 2],
    [3, 300, 1],
    [0, 1000, 0],
  ])("of %i in %i px", (held, room, fit) => {
    expect(heldThatFit({ widths, held, before: 40 }, room)).toBe(fit);
  });
});

describe("moveCursor", () => {
  const at = { row: 4, col: 1 };
  it.each([
    ["arrowdown", { row: 5, col: 1 }],
    ["k", { row: 3, col: 1 }],
    ["arrowright", { row: 4, col: 2 }],
    ["end", { row: 4, col: 2 }],
    ["pagedown", { row: 9, col: 1 }],
    ["mod+home", { row: 0, col: 1 }],
  ])("%s", (key, to) => {
    expect(moveCursor(at, key, 10, 3, 8)).toEqual(to);
  });

  it("goes along the line where it runs from the right", () => {
    const to = (key: string) => moveCursor(at, alongTheLine(key, true), 10, 3, 8);
    expect([to("arrowleft"), to("arrowright"), to("arrowdown")]).toEqual([
      { row: 4, col: 2 },
      { row: 4, col: 0 },
      { row: 5, col: 1 },
    ]);
    expect(alongTheLine("arrowleft", false)).toBe("arrowleft");
  });

  it("leaves other keys alone", () => {
    expect(moveCursor(at, "enter", 10, 3, 8)).toBeNull();
  });
});

describe("heldBack", () => {
  it("fills rows that waited some at a time, those on screen first", () => {
    const drawn = { first: 10, end: 20 };
    const waited = new Set([10, 11, 12, 13, 14, 15, 16, 17, 18, 19]);
    const all = () => true;
    expect([...heldBack(drawn, 14, waited, all, 4)]).toEqual([18, 19, 10, 11, 12, 13]);
    expect([...heldBack(drawn, 14, new Set([10, 11, 12, 13, 18, 19]), all, 4)]).toEqual([12, 13]);
    expect([...heldBack(drawn, 14, new Set([12, 13]), all, 4)]).toEqual([]);
  });

  it("holds back neither rows that never waited nor those that are not here yet", () => {
    expect(heldBack({ first: 0, end: 30 }, 0, new Set(), () => true, 4).size).toBe(0);
    const waited = new Set([0, 1, 2, 3, 4, 5]);
    expect([...heldBack({ first: 0, end: 6 }, 0, waited, (row) => row > 1, 2)]).toEqual([4, 5]);
  });
});
