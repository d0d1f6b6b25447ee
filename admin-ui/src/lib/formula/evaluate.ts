// Evaluates the JSON form of an expression in the browser, so that a form can show, hide and compute while somebody
// types. It gives what the server gives, or says that the server must be asked.

import { Arguments } from "./arguments";
import { divide, over, times, within } from "./fixed";
import { FUNCTIONS, lowered } from "./functions";
import { read } from "./literal";
import {
  type Comparison,
  type Expression,
  Fault,
  isBlank,
  type Request,
  type Subject,
  Unsupported,
  type Value,
} from "./values";

export { read } from "./literal";
export { type Expression, Fault, type Subject, Unsupported, type Value } from "./values";

/** The value of an expression; throws a Fault where it is an error, and Unsupported for what the server alone knows. */
export function evaluate(expression: Expression, subject: Subject): Value {
  if ("literal" in expression) return read(expression.literal);
  if ("field" in expression) return subject.value(expression.field);
  if ("variable" in expression) {
    if (!subject.variable) throw new Unsupported(expression.variable.name);
    return subject.variable(expression.variable.name);
  }
  if ("arithmetic" in expression) return arithmetic(expression.arithmetic, subject);
  if ("or_zero" in expression) return evaluate(expression.or_zero, subject) ?? { number: 0n };
  if ("case" in expression) {
    const branch = expression.case.branches.find((one) => holds(one.when, subject));
    return evaluate(branch ? branch.then : expression.case.otherwise, subject);
  }
  if ("coalesce" in expression) {
    for (const part of expression.coalesce) {
      const value = evaluate(part, subject);
      if (!isBlank(value)) return value;
    }
    return null;
  }
  if ("if_error" in expression) {
    const outcome = attempt(() => evaluate(expression.if_error.value, subject));
    return outcome instanceof Fault ? evaluate(expression.if_error.otherwise, subject) : outcome;
  }
  if ("call" in expression) return call(expression.call, subject);
  return holds(expression, subject);
}

/** Whether a condition is true; blank is not. */
export function holds(expression: Expression, subject: Subject): boolean {
  const value = (part: Expression) => evaluate(part, subject);
  if ("compare" in expression) {
    const { op, left, right } = expression.compare;
    return compare(op, value(left), value(right));
  }
  if ("in" in expression) {
    const item = value(expression.in.item);
    return expression.in.list.some((known) => same(read(known), item));
  }
  if ("is_blank" in expression) return isBlank(value(expression.is_blank));
  if ("text_match" in expression) {
    const { how, ignore_case, text, part } = expression.text_match;
    const words = [value(text), value(part)].map((side) => {
      const plain = side !== null && typeof side === "object" && "text" in side ? side.text : "";
      return ignore_case ? lowered(plain) : plain;
    });
    const [whole = "", piece = ""] = words;
    return how === "contains"
      ? whole.includes(piece)
      : how === "starts"
        ? whole.startsWith(piece)
        : whole.endsWith(piece);
  }
  if ("has_any" in expression) {
    const list = value(expression.has_any.list);
    return expression.has_any.values.some((known) => includes(list, read(known)));
  }
  if ("has_all" in expression) {
    const list = value(expression.has_all.list);
    return expression.has_all.values.every((known) => includes(list, read(known)));
  }
  if ("and" in expression) return !any(expression.and, false, subject);
  if ("or" in expression) return any(expression.or, true, subject);
  if ("not" in expression) return !holds(expression.not, subject);
  if ("is_error" in expression) return attempt(() => value(expression.is_error)) instanceof Fault;
  if ("related" in expression) throw new Unsupported("related");
  return value(expression) === true;
}

/** A part that decides outweighs errors of the others, before or after it. */
function any(parts: Expression[], truth: boolean, subject: Subject): boolean {
  let fault: Fault | null = null;
  for (const part of parts) {
    const outcome = attempt(() => holds(part, subject));
    if (outcome === truth) return true;
    if (outcome instanceof Fault) fault ??= outcome;
  }
  if (fault) throw fault;
  return false;
}

function attempt<T>(compute: () => T): T | Fault {
  try {
    return compute();
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
}

type Sum = Extract<Expression, { arithmetic: unknown }>["arithmetic"];

function arithmetic({ op, left, right }: Sum, subject: Subject): Value {
  const [a, b] = [evaluate(left, subject), evaluate(right, subject)];
  if (
    a === null ||
    b === null ||
    typeof a !== "object" ||
    typeof b !== "object" ||
    !("number" in a) ||
    !("number" in b)
  ) {
    if (isBlank(a) || isBlank(b)) return null;
    throw new Fault("VALUE");
  }
  switch (op) {
    case "add":
      return { number: within(a.number + b.number) };
    case "subtract":
      return { number: within(a.number - b.number) };
    case "multiply":
      return { number: times(a.number, b.number) };
    default:
      return { number: over(a.number, b.number) };
  }
}

type Call = Extract<Expression, { call: unknown }>["call"];

function call({ function: name, arguments: given }: Call, subject: Subject): Value {
  const saving = whileSaving(name, given, subject);
  if (saving !== undefined) return saving;
  const known = FUNCTIONS[name];
  if (!known) throw new Unsupported(name);
  const values = given.map((argument) => evaluate(argument, subject));
  const strict = (index: number) => known.strict === "all" || known.strict.includes(index);
  if (values.some((value, index) => strict(index) && isBlank(value))) return null;
  return shortened(known.compute(new Arguments(values), subject.request ?? asked()));
}

/** A request of now, by nobody in particular. */
const asked = (): Request => ({ now: BigInt(Date.now()) * 1000n, roles: [], teams: [] });

/** What looks at the record as it is stored. */
function whileSaving(name: string, given: Expression[], subject: Subject): Value | undefined {
  const { prior = null } = subject;
  const [field] = given;
  if (name === "ISNEW") return prior === null;
  if (!field || (name !== "PRIORVALUE" && name !== "ISCHANGED")) return undefined;
  if (name === "PRIORVALUE") return prior ? evaluate(field, prior) : null;
  return prior ? !same(evaluate(field, prior), evaluate(field, subject)) : false;
}

/** Beyond 28 digits the server rounds the last decimals away. */
function shortened(value: Value): Value {
  if (value === null || typeof value !== "object" || !("number" in value)) return value;
  let [units, zeros] = [value.number, 1n];
  while (units % 10n === 0n && units !== 0n) [units, zeros] = [units / 10n, zeros * 10n];
  while (units >= 2n ** 96n || units <= -(2n ** 96n)) [units, zeros] = [divide(units, 10n), zeros * 10n];
  return { number: units * zeros };
}

/** Blank equals blank; lists are equal as sets. */
function same(left: Value, right: Value): boolean {
  if (left !== null && right !== null && typeof left === "object" && typeof right === "object") {
    if ("list" in left && "list" in right)
      return left.list.every((item) => includes(right, item)) && right.list.every((item) => includes(left, item));
  }
  if (isBlank(left) || isBlank(right)) return isBlank(left) && isBlank(right);
  return order(left, right) === 0;
}

function includes(list: Value, item: Value): boolean {
  return list !== null && typeof list === "object" && "list" in list && list.list.some((known) => same(known, item));
}

/** Less than, equal to or more than 0; undefined for values that have no order. */
function order(left: Value, right: Value): number | undefined {
  if (typeof left === "boolean" || typeof right === "boolean") return left === right ? 0 : undefined;
  if (left === null || right === null) return undefined;
  const by = <T extends bigint | number>(a: T, b: T) => (a < b ? -1 : a > b ? 1 : 0);
  if ("number" in left && "number" in right) return by(left.number, right.number);
  if ("date" in left && "date" in right) return by(left.date, right.date);
  if ("datetime" in left && "datetime" in right) return by(left.datetime, right.datetime);
  if ("time" in left && "time" in right) return by(left.time, right.time);
  if ("id" in left && "id" in right) return left.id < right.id ? -1 : left.id > right.id ? 1 : 0;
  if ("text" in left && "text" in right) return byCodePoints(left.text, right.text);
  return undefined;
}

/** Letters in the order of their code points, as the database has them. */
function byCodePoints(left: string, right: string): number {
  const [a, b] = [[...left], [...right]];
  const at = a.findIndex((letter, index) => letter !== b[index]);
  if (at < 0) return a.length === b.length ? 0 : -1;
  const [x, y] = [a[at]?.codePointAt(0) ?? 0, b[at]?.codePointAt(0) ?? -1];
  return x < y ? -1 : 1;
}

function compare(op: Comparison, left: Value, right: Value): boolean {
  if (op === "eq") return same(left, right);
  if (op === "ne") return !same(left, right);
  if (isBlank(left) || isBlank(right)) return false;
  const found = order(left, right);
  if (found === undefined) return false;
  return op === "lt" ? found < 0 : op === "le" ? found <= 0 : op === "gt" ? found > 0 : found >= 0;
}
