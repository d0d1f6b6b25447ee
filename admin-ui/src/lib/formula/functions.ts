// The functions on numbers, text, choices and who asks.
import { type Arguments, all, at, type Known, LONGEST, none } from "./arguments";
import { DATES } from "./dates";
import { abs, floorTo, over, parse, rounded, roundedUp, truncated, UNIT, whole, within } from "./fixed";
import { formed } from "./forms";
import { plain } from "./literal";
import { Pattern } from "./pattern";
import { exp, ln, log, power, root } from "./powers";
import { Fault, isBlank, text, type Value } from "./values";

const DIGITS = 18;
const LARGEST = 10_000_000;

const number = (n: bigint): Value => ({ number: n });
const count = (n: number): Value => number(whole(n));

function cased(letter: string, change: (text: string) => string): string {
  const changed = change(letter);
  return [...changed].length === 1 ? changed : letter;
}

export const lowered = (value: string): string => [...value].map((c) => cased(c, (t) => t.toLowerCase())).join("");
const raised = (value: string): string => [...value].map((c) => cased(c, (t) => t.toUpperCase())).join("");

/** Each first letter of a word in capitals, the others small. */
function proper(value: string): string {
  let inside = false;
  return [...value]
    .map((letter) => {
      const cased = inside ? lowered(letter) : raised(letter);
      inside = /[\p{Alphabetic}\p{N}]/u.test(letter);
      return cased;
    })
    .join("");
}

const patterns = new Map<string, Pattern>();

function patternOf(a: Arguments): Pattern {
  const source = a.text(1);
  const known = patterns.get(source) ?? new Pattern(source);
  patterns.set(source, known);
  return known;
}

/** A plain value inside JSON as text; blank where there is none. */
function jsonValue(value: Value, path: string): Value {
  if (value === null || typeof value !== "object" || !("json" in value)) throw new Fault("VALUE");
  let inside: unknown = value.json;
  for (const step of path.split(/[.[\]]+/).filter((part) => part !== "" && part !== "$")) {
    if (inside === null || typeof inside !== "object" || !Object.hasOwn(inside, step)) return null;
    inside = (inside as Record<string, unknown>)[step];
  }
  return ["string", "number", "boolean"].includes(typeof inside) ? text(String(inside)) : null;
}

const NUMERAL = /^ *[-+]?(\d{1,18}(\.\d{0,12})?|\.\d{1,12}) *$/;

function sum(a: Arguments): [bigint, number] {
  const numbers = a.numbers();
  return [within(numbers.reduce((total, n) => total + n, 0n)), numbers.length];
}

function padding(a: Arguments): string {
  const fill = a.letters(2);
  const missing = Math.max(a.integer(1, 4000) - a.letters(0).length, 0);
  return fill.length ? Array.from({ length: missing }, (_, at) => fill[at % fill.length]).join("") : "";
}

function find(a: Arguments): Value {
  const from = Math.max(a.integer(2, LONGEST), 1);
  const rest = a
    .letters(1)
    .slice(from - 1)
    .join("");
  const at = rest.indexOf(a.text(0));
  return count(at < 0 ? 0 : [...rest.slice(0, at)].length + from);
}

function split(a: Arguments): Value {
  const separator = a.text(1);
  const index = a.integer(2, LONGEST);
  if (index < 1) return null;
  if (separator === "") return index === 1 ? text(a.text(0)) : null;
  return text(a.text(0).split(separator)[index - 1] ?? "");
}

function extreme(a: Arguments, largest: boolean): Value {
  const filled = a.values.filter((value) => !isBlank(value));
  const rank = (value: Value): bigint | number => {
    if (value === null || typeof value !== "object") throw new Fault("VALUE");
    if ("number" in value) return value.number;
    if ("date" in value) return value.date;
    if ("datetime" in value) return value.datetime;
    if ("time" in value) return value.time;
    throw new Fault("VALUE");
  };
  const better = (one: Value, other: Value) => (largest ? rank(one) > rank(other) : rank(one) < rank(other));
  return filled.reduce<Value>((best, value) => (best === null || better(value, best) ? value : best), null);
}

function numeral(value: string): bigint | null {
  return NUMERAL.test(value) ? parse(value.trim().replace(/^\+/, "")) : null;
}

function replaced(a: Arguments): Value {
  const [value, old, fresh] = [a.text(0), a.text(1), a.text(2)];
  if ([...value].length * ([...fresh].length + 1) > LARGEST) throw new Fault("VALUE");
  return text(old === "" ? value : value.split(old).join(fresh));
}

function repeated(a: Arguments): Value {
  const times = Math.max(a.integer(1, 1000), 0);
  if (a.letters(0).length * times > LARGEST) throw new Fault("VALUE");
  return text(a.text(0).repeat(times));
}

export const FUNCTIONS: Record<string, Known> = {
  ABS: all((a) => number(abs(a.number(0)))),
  ROUND: all((a) => number(rounded(a.number(0), a.integer(1, DIGITS)))),
  ROUNDUP: all((a) => number(roundedUp(a.number(0), a.integer(1, DIGITS)))),
  ROUNDDOWN: all((a) => number(truncated(a.number(0), a.integer(1, DIGITS)))),
  CEILING: all((a) => number(-floorTo(-a.number(0), abs(a.number(1))))),
  FLOOR: all((a) => number(floorTo(a.number(0), abs(a.number(1))))),
  MOD: all((a) => {
    if (a.number(1) === 0n) throw new Fault("DIV0");
    return number(a.number(0) % a.number(1));
  }),
  QUOTIENT: all((a) => {
    if (a.number(1) === 0n) throw new Fault("DIV0");
    return number(within((a.number(0) / a.number(1)) * UNIT));
  }),
  SIGN: all((a) => count(a.number(0) > 0n ? 1 : a.number(0) < 0n ? -1 : 0)),
  POWER: all((a) => number(power(a.number(0), a.number(1)))),
  SQRT: all((a) => number(root(a.number(0)))),
  EXP: all((a) => number(exp(a.number(0)))),
  LN: all((a) => number(ln(a.number(0)))),
  LOG: all((a) => number(log(a.number(0), a.number(1)))),
  MIN: none((a) => extreme(a, false)),
  MAX: none((a) => extreme(a, true)),
  SUM: none((a) => number(sum(a)[0])),
  AVERAGE: none((a) => {
    const [total, size] = sum(a);
    return size === 0 ? null : number(over(total, whole(size)));
  }),
  COUNT: none((a) => count(a.values.filter((value) => !isBlank(value)).length)),
  PI: none(() => number(3_141_592_653_590n)),
  VALUE: all((a) => {
    const found = numeral(a.text(0));
    if (found === null) throw new Fault("VALUE");
    return number(found);
  }),
  ISNUMBER: none((a) => numeral(a.text(0)) !== null),
  CONCAT: none((a) => text(a.texts(0).join(""))),
  JOIN: none((a) =>
    text(
      a
        .texts(1)
        .filter((part) => part !== "")
        .join(a.text(0)),
    ),
  ),
  LEN: none((a) => count(a.letters(0).length)),
  LEFT: at([1], (a) => text(a.letters(0).slice(0, a.count(1)).join(""))),
  RIGHT: at([1], (a) => {
    const letters = a.letters(0);
    return text(letters.slice(Math.max(letters.length - a.count(1), 0)).join(""));
  }),
  MID: at([1, 2], (a) => {
    const start = Math.max(a.integer(1, LONGEST), 1) - 1;
    return text(
      a
        .letters(0)
        .slice(start, start + a.count(2))
        .join(""),
    );
  }),
  UPPER: none((a) => text(raised(a.text(0)))),
  LOWER: none((a) => text(lowered(a.text(0)))),
  TRIM: none((a) =>
    text(
      a
        .text(0)
        .split(/[ \t\r\n]+/)
        .filter((word) => word !== "")
        .join(" "),
    ),
  ),
  LPAD: at([1], (a) => text(padding(a) + a.text(0))),
  RPAD: at([1], (a) => text(a.text(0) + padding(a))),
  REPT: at([1], repeated),
  SUBSTITUTE: none(replaced),
  FIND: at([2], find),
  SPLIT: at([2], split),
  BR: none(() => text("\n")),
  PROPER: none((a) => text(proper(a.text(0)))),
  MATCHES: none((a) => a.text(0) !== "" && patternOf(a).matches(a.text(0))),
  EXTRACT: at([0], (a) => text(patternOf(a).extract(a.text(0)))),
  REPLACERE: none((a) => {
    const [value, fresh] = [a.text(0), a.text(2)];
    if ([...value].length * ([...fresh].length + 1) > LARGEST) throw new Fault("VALUE");
    return text(patternOf(a).replace(value, fresh));
  }),
  TEXT: none((a) => text(a.values.length === 1 ? plain(a.at(0)) : formed(a))),
  LINK: at([0], (a) => {
    const [url, label] = [a.text(0), a.text(1)];
    if (!/^(https?:\/\/|mailto:|tel:)/.test(url)) throw new Fault("VALUE");
    return text(`[${label || url}](${url})`);
  }),
  PICKCOUNT: none((a) => {
    const value = a.at(0);
    return count(value !== null && typeof value === "object" && "list" in value ? value.list.length : 0);
  }),
  JSONVALUE: at([0], (a) => jsonValue(a.at(0), a.text(1))),
  HASROLE: none((a, request) => request.roles.includes(a.text(0))),
  INTEAM: none((a, request) => request.teams.includes(a.text(0))),
  ...DATES,
};
