import { expect, it } from "vitest";
import { delimiterOf, parseCsv } from "./csv";

it.each([
  [
    "a,b\n1,2\n",
    [
      ["a", "b"],
      ["1", "2"],
    ],
  ],
  [
    'a;b\r\n"x;y";"say ""hi"""',
    [
      ["a", "b"],
      ["x;y", 'say "hi"'],
    ],
  ],
  [
    '\uFEFFa\tb\n"two\nlines"\t',
    [
      ["a", "b"],
      ["two\nlines", ""],
    ],
  ],
  [
    "a,b\n\n1,2",
    [
      ["a", "b"],
      ["1", "2"],
    ],
  ],
  ["", []],
])("reads %j", (text, rows) => {
  expect(parseCsv(text)).toEqual(rows);
});

it("stops where the preview ends, and is not misled by quoted delimiters", () => {
  expect(parseCsv("a\n1\n2\n3", 2)).toEqual([["a"], ["1"]]);
  expect(delimiterOf('"a,b,c";d;e')).toBe(";");
});
