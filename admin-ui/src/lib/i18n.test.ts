import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { parseAst } from "vite";
import { afterEach, expect, it } from "vitest";
import { speak, t } from "./i18n";
import { words as work } from "./words/de";
import { words as apps } from "./words/de-apps";
import { words as becoming } from "./words/de-becoming";
import { words as builders } from "./words/de-builders";
import { words as changes } from "./words/de-changes";
import { words as fields } from "./words/de-fields";
import { words as layers } from "./words/de-layers";
import { words as setup } from "./words/de-setup";
import { words as signIn } from "./words/de-sign-in";
import { words as system } from "./words/de-system";
import { words as views } from "./words/de-views";

const words: Record<string, string> = {
  ...work,
  ...setup,
  ...layers,
  ...builders,
  ...fields,
  ...becoming,
  ...apps,
  ...views,
  ...signIn,
  ...system,
  ...changes,
};

afterEach(() => speak({}));

it("fills places, and stays English where a language has no word", () => {
  speak({ "Moved {name} to {column}": "{name} nach {column} verschoben" });
  expect(t("Moved {name} to {column}", { name: "Ann", column: "{name}" })).toBe("Ann nach {name} verschoben");
  expect(t("Only {n} here", { n: 3 })).toBe("Only 3 here");
});

/** Texts of scopes are what programs are given. */
const SAME = /^[\w*]+:\w+$/;

/** What reads like words of a sentence and is none: keys, names, and what a search finds a command by. */
const NO_WORDS = new Set([
  ...[
    "Alt ←→",
    "Tab ← →",
    "Tab ← → ↑ ↓",
    "Tab ⇧ ← →",
    "tab shift ← →",
    "tab alt shift ← →",
    "Alt+ArrowUp Alt+ArrowDown Delete",
    "Alt+ArrowLeft Alt+ArrowRight Delete",
    "Alt+ArrowLeft Alt+ArrowRight",
    "Mod-Enter",
    "g s",
    "g d",
  ],
  ...[
    "English",
    "Deutsch",
    "noopener noreferrer",
    "Problem",
    "not a pattern",
    "not a picture",
    "Trellis",
    "no layout is being edited here",
  ],
  ...["public read", "public write", "parent master", "create add", "setup object definition", "csv excel file upload"],
  ...[
    "JavaScript",
    "Python",
    "deleted restore trash",
    "The object is gone.",
    "useCatalog is used outside of the shell",
  ],
  // How the server says why, for whom this page says it in words of its own.
  ...["the user owns it", "somebody in the user's teams owns it", "somebody who reports to the user owns it"],
  "it is shared with the user, or with a team or role of the user's",
  "every record is within reach, by a role or by the sharing default",
]);
const KEY = /^(Enter|Escape|Esc|Backspace|Space|Tab|Home|End|Ctrl|Page(Up|Down)|Arrow(Up|Down|Left|Right))$/;

/** Files whose texts are data or programs: samples of fields, code for others, the names of browsers, the language of formulas. */
const NO_SCREEN = /words\/|user-agent|lib\/formula|setup\/samples|explorer\/requests|app\/(router|outside)/;

const SPOKEN = /^(label|title|placeholder|hint|about|verb|what|add|idle|noun|aria-label|messageHint)$/;

type Node = Record<string, unknown> & { type: string };

const readable = (text: string): boolean =>
  /^[^a-z]*[A-Z][a-z]+/.test(text.trim()) || (/^[a-z']+ [a-z']+/.test(text.trim()) && !/[-[\]:/=]/.test(text));

function* sources(dir: string): Generator<string> {
  for (const name of readdirSync(dir)) {
    const path = join(dir, name);
    if (statSync(path).isDirectory()) yield* sources(path);
    else if (/\.tsx?$/.test(name) && !name.includes(".test.") && !NO_SCREEN.test(path)) yield path;
  }
}

interface Found {
  /** Texts that `t` is asked for, and texts that stand in a list whose readers ask for them. */
  said: Set<string>;
  /** Texts on a screen past every dictionary. */
  bare: string[];
}

/** What a page says, as its tree has it. */
function textsOf(path: string): Found {
  const found: Found = { said: new Set(), bare: [] };
  const look = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(look);
    const node = value as Node | null;
    if (
      !node ||
      typeof node !== "object" ||
      !node.type ||
      /^(Import|Export(All)|TS(?!As|NonNull|Satis))/.test(node.type)
    )
      return;
    const named = (inner: unknown) => String((inner as { name?: unknown })?.name ?? "");
    if (node.type === "CallExpression") {
      const [first] = node.arguments as Node[];
      if (named(node.callee) === "t" && first?.type === "Literal") found.said.add(String(first.value));
      if (/^(cx|late)$/.test(named(node.callee))) return;
    }
    // What a search finds something by, beside what it is called.
    if (node.type === "Property" && named(node.key) === "words") return;
    if (node.type === "JSXText" && /[A-Za-z]{2}/.test(String(node.value)))
      found.bare.push(`${path}: ${String(node.value).trim()}`);
    if (node.type === "JSXAttribute") {
      const attribute = named(node.name);
      const literal = node.value as Node | null;
      if (SPOKEN.test(attribute) && literal?.type === "Literal" && /[A-Za-z]{2}/.test(String(literal.value)))
        found.bare.push(`${path}: ${attribute}="${literal.value}"`);
      if (/^(className|to)$/.test(attribute)) return;
    }
    if (node.type === "Literal" && typeof node.value === "string" && readable(node.value) && !KEY.test(node.value))
      if (!NO_WORDS.has(node.value)) found.said.add(node.value);
    for (const [key, inner] of Object.entries(node)) if (key !== "type" && typeof inner === "object") look(inner);
  };
  look(parseAst(readFileSync(path, "utf8"), { lang: path.endsWith("x") ? "tsx" : "ts" }).body);
  return found;
}

/** Every file is parsed: seconds, on a machine that has much to do. */
it("knows every text in German, with the same places", () => {
  const missing = new Set<string>();
  const bare: string[] = [];
  for (const path of sources("src")) {
    const found = textsOf(path);
    for (const text of found.said) if (text && !words[text] && !SAME.test(text)) missing.add(`${path}: ${text}`);
    bare.push(...found.bare.filter((line) => !NAMES.test(line)));
  }
  expect([...missing]).toEqual([]);
  expect(bare).toEqual([]);
  const places = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();
  for (const [english, german] of Object.entries(words)) expect(places(german), english).toEqual(places(english));
}, 60_000);

/** Numbers and dates as the browser has them, where the chosen language is meant: `counted`, `lib/numbers`, `lib/dates`. */
const BROWSERS = /\.toLocale(Date|Time)?String\(\s*\)/;

it("writes numbers and dates in the chosen language, not in the browser's", () => {
  expect(`${"total"}.toLocaleString()`).toMatch(BROWSERS);
  expect(`${"at"}.toLocaleDateString(locale)`).not.toMatch(BROWSERS);
  const bare = [...sources("src")].filter((path) => BROWSERS.test(readFileSync(path, "utf8")));
  expect(bare).toEqual([]);
});

/** What is called the same everywhere. */
const NAMES = /: (Trellis|CSV|cURL|N O T A)$/;
