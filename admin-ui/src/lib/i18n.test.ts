import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { speak, t } from "./i18n";
import { words as work } from "./words/de";
import { words as becoming } from "./words/de-becoming";
import { words as setup } from "./words/de-setup";

const words: Record<string, string> = { ...work, ...setup, ...becoming };

afterEach(() => speak({}));

it("fills places, and stays English where a language has no word", () => {
  speak({ "Moved {name} to {column}": "{name} nach {column} verschoben" });
  expect(t("Moved {name} to {column}", { name: "Ann", column: "{name}" })).toBe("Ann nach {name} verschoben");
  expect(t("Only {n} here", { n: 3 })).toBe("Only 3 here");
});

/** What people who sell see every day, and of setup what has been translated so far. */
const ROOMS = [
  "app",
  "catalog",
  "components",
  "fields",
  "lib",
  "features/list",
  "features/record",
  "features/create",
  "features/bin",
  "features/import",
  "features/help",
  "features/command-menu",
  "features/sign-in",
  "features/security",
  "features/dev",
  "changes",
];

/** Texts of scopes are what programs are given. */
const SAME = /^[\w*]+:\w+$/;

function* sources(dir: string): Generator<string> {
  for (const name of readdirSync(dir)) {
    const path = join(dir, name);
    if (statSync(path).isDirectory()) {
      if (name !== "setup") yield* sources(path);
    } else if (/\.tsx?$/.test(name) && !name.includes(".test.")) yield path;
  }
}

it("knows every text in German, with the same places", () => {
  const missing = new Set<string>();
  for (const room of ROOMS)
    for (const path of sources(join("src", room)))
      for (const [, literal] of readFileSync(path, "utf8").matchAll(/\bt\(\s*("(?:[^"\\]|\\.)*")/g)) {
        const key = JSON.parse(literal ?? '""') as string;
        if (key && !words[key] && !SAME.test(key)) missing.add(key);
      }
  expect([...missing]).toEqual([]);
  const places = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();
  for (const [english, german] of Object.entries(words)) expect(places(german), english).toEqual(places(english));
});

/** How many texts of rooms stand in the code as they are, so that no dictionary finds them. May only become fewer. */
const LEFT = { "features/setup": 216, "features/security": 6, "features/dev": 18, changes: 3 };

it("has no more untranslatable text than before", () => {
  const found = Object.keys(LEFT).map((room) => {
    let count = 0;
    for (const path of every(join("src", room))) {
      const text = readFileSync(path, "utf8");
      count += [...text.matchAll(/\b(label|title|placeholder|hint|about|verb|aria-label|what|add)="[A-Z][a-z]/g)]
        .length;
      count += [...text.matchAll(/>\s*[A-Z][a-z]+[\w ,.'’]*\s*</g)].length;
    }
    return [room, count];
  });
  expect(Object.fromEntries(found)).toEqual(LEFT);
});

function* every(dir: string): Generator<string> {
  for (const name of readdirSync(dir)) {
    const path = join(dir, name);
    if (statSync(path).isDirectory()) yield* every(path);
    else if (name.endsWith(".tsx")) yield path;
  }
}
