import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { COLORS, isHue, tagStyle } from "./hues";

it("gives a warning the theme's amber, and a word that it does not know grey", () => {
  expect(tagStyle("amber")).toEqual({ "--h": 75 });
  expect(tagStyle("red")).toEqual({ "--h": 25 });
  expect(tagStyle("mauve")).toEqual(tagStyle("gray"));
  expect(COLORS as readonly string[]).not.toContain("amber");
});

/** What a tag or a dot is given in words, there or in the list that it is taken from. */
const GIVEN = /<(?:Tag|Dot)\b[^>]*?\bcolor="(\w+)"|\bcolor: "(\w+)"/g;

const given = (text: string): string[] => [...text.matchAll(GIVEN)].map((found) => found[1] ?? found[2] ?? "");

it("knows every colour that a tag or a dot is given", () => {
  expect(given('<Tag key={1} color="mauve">; { label: "x", color: "umber" }; <p color="puce">')).toEqual([
    "mauve",
    "umber",
  ]);
  const files = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((name) => /\.tsx?$/.test(name));
  const unknown = files
    .filter((name) => !/\.test\.|lib\/words|formulas\//.test(name))
    .flatMap((name) => given(readFileSync(join("src", name), "utf8")).map((word) => ({ name, word })))
    .filter(({ word }) => !isHue(word));
  expect(unknown).toEqual([]);
});
