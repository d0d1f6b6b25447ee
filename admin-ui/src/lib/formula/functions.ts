// The functions that this evaluator knows. Others are left to the server.
import { abs, floorTo, integer, over, parse, rounded, roundedUp, truncated, UNIT, whole, within } from "./fixed";
import { calendar, dateOf, daysOf, plain, withinDates } from "./literal";
import { Fault, isBlank, text, Unsupported, type Value } from "./values";

/** The computed arguments of a call. */
export class Arguments {
  readonly values: Value[];
  constructor(values: Value[]) {
    this.values = values;
  }

  at(index: number): Value {
    return this.values[index] ?? null;
  }

  number(index: number): bigint {
    const value = this.at(index);
    if (value === null || typeof value !== "object" || !("number" in value)) throw new Fault("VALUE");
    return value.number;
  }

  integer(index: number, most: number): number {
    return integer(this.number(index), most);
  }

  /** How many characters to take. */
  count(index: number): number {
    return Math.max(this.integer(index, LONGEST), 0);
  }

  text(index: number): string {
    const value = this.at(index);
    if (value === null) return "";
    if (typeof value !== "object" || !("text" in value)) throw new Fault("VALUE");
    return value.text;
  }

  letters(index: number): string[] {
    return [...this.text(index)];
  }

  date(index: number): number {
    const value = this.at(index);
    if (value === null || typeof value !== "object" || !("date" in value)) throw new Unsupported("date");
    return value.date;
  }

  time(index: number): number {
    const value = this.at(index);
    if (value === null || typeof value !== "object" || !("time" in value)) throw new Unsupported("time");
    return value.time;
  }

  texts(from: number): string[] {
    return this.values.slice(from).map((_, index) => this.text(from + index));
  }

  numbers(): bigint[] {
    return this.values.map((value, index) => (isBlank(value) ? null : this.number(index))).filter((n) => n !== null);
  }
}

type Compute = (a: Arguments) => Value;

/** A function and the arguments whose blank makes the result blank: all, none, or those places. */
export interface Known {
  strict: "all" | readonly number[];
  compute: Compute;
}

const LONGEST = 1_000_000;
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
    if (value === null || typeof value !== "object") throw new Unsupported("order");
    if ("number" in value) return value.number;
    if ("date" in value) return value.date;
    if ("datetime" in value) return value.datetime;
    if ("time" in value) return value.time;
    throw new Unsupported("order");
  };
  const better = (one: Value, other: Value) => (largest ? rank(one) > rank(other) : rank(one) < rank(other));
  return filled.reduce<Value>((best, value) => (best === null || better(value, best) ? value : best), null);
}

function dayOfYear(days: number): number {
  const [year] = calendar(days);
  return days - dateOf(year, 1, 1) + 1;
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

function plusDays(a: Arguments): Value {
  return { date: withinDates(a.date(0) + a.integer(1, 4_000_000)) };
}

const all = (compute: Compute): Known => ({ strict: "all", compute });
const none = (compute: Compute): Known => ({ strict: [], compute });
const at = (places: number[], compute: Compute): Known => ({ strict: places, compute });

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
  TEXT: none((a) => {
    if (a.values.length > 1) throw new Unsupported("TEXT");
    return text(plain(a.at(0)));
  }),
  PICKCOUNT: none((a) => {
    const value = a.at(0);
    return count(value !== null && typeof value === "object" && "list" in value ? value.list.length : 0);
  }),
  DATE: all((a) => ({ date: dateOf(a.integer(0, LONGEST), a.integer(1, LONGEST), a.integer(2, LONGEST)) })),
  DATEVALUE: at([0], (a) => {
    const value = a.at(0);
    if (value !== null && typeof value === "object" && "date" in value) return value;
    if (value === null || typeof value !== "object" || !("text" in value)) throw new Unsupported("DATEVALUE");
    if (!/^\d{4}-\d{2}-\d{2}$/.test(value.text)) throw new Unsupported("DATEVALUE");
    try {
      return { date: daysOf(value.text) };
    } catch {
      throw new Fault("VALUE");
    }
  }),
  YEAR: all((a) => count(calendar(a.date(0))[0])),
  QUARTER: all((a) => count(Math.floor((calendar(a.date(0))[1] - 1) / 3) + 1)),
  MONTH: all((a) => count(calendar(a.date(0))[1])),
  DAY: all((a) => count(calendar(a.date(0))[2])),
  WEEKDAY: all((a) => count(((((a.date(0) + 4) % 7) + 7) % 7) + 1)),
  DAYOFYEAR: all((a) => count(dayOfYear(a.date(0)))),
  HOUR: all((a) => count(Math.floor(a.time(0) / 3_600_000_000))),
  MINUTE: all((a) => count(Math.floor(a.time(0) / 60_000_000) % 60)),
  _PLUSDAYS: all(plusDays),
  _DAYSBETWEEN: all((a) => count(a.date(0) - a.date(1))),
};
