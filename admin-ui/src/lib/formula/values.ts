// Values and expressions as the server writes them in JSON, and the errors that a value can be.

/** Why an expression has no value; a code such as DIV0. */
export class Fault extends Error {
  readonly code: string;
  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

/** This evaluator does not know a part of the expression: the server must be asked. */
export class Unsupported extends Error {}

/** Numbers count 10^-12, dates count days since 1970, instants microseconds, times microseconds of the day. */
export type Value =
  | null
  | boolean
  | { number: bigint }
  | { text: string }
  | { date: number }
  | { datetime: bigint }
  | { time: number }
  | { id: string }
  | { list: Value[] }
  | { json: unknown };

export type Comparison = "eq" | "ne" | "lt" | "le" | "gt" | "ge";

export interface Reference {
  path?: string[];
  field: string;
  ty: string;
}

/** A literal: `"null"`, or an object with its kind as the key. */
export type Literal = "null" | Record<string, unknown>;

export type Expression =
  | { literal: Literal }
  | { field: Reference }
  | { variable: { name: string; ty: string } }
  | { compare: { op: Comparison; left: Expression; right: Expression } }
  | { in: { item: Expression; list: Literal[] } }
  | { is_blank: Expression }
  | { text_match: { how: "contains" | "starts" | "ends"; ignore_case: boolean; text: Expression; part: Expression } }
  | { has_any: { list: Expression; values: Literal[] } }
  | { has_all: { list: Expression; values: Literal[] } }
  | { and: Expression[] }
  | { or: Expression[] }
  | { not: Expression }
  | { related: unknown }
  | { arithmetic: { op: "add" | "subtract" | "multiply" | "divide"; left: Expression; right: Expression } }
  | { or_zero: Expression }
  | { case: { branches: { when: Expression; then: Expression }[]; otherwise: Expression } }
  | { coalesce: Expression[] }
  | { if_error: { value: Expression; otherwise: Expression } }
  | { is_error: Expression }
  | { call: { function: string; arguments: Expression[] } };

/** The moment and the person of an evaluation; `now` counts microseconds. */
export interface Request {
  now: bigint;
  roles: readonly string[];
  teams: readonly string[];
}

/** What an expression looks at. Prior is what is stored; null for a record being created. */
export interface Subject {
  value: (reference: Reference) => Value;
  prior?: Subject | null;
  variable?: (name: string) => Value;
  request?: Request;
}

export const text = (value: string): Value => (value === "" ? null : { text: value });

export function isBlank(value: Value): boolean {
  if (value === null) return true;
  if (typeof value === "object" && "text" in value) return value.text === "";
  return typeof value === "object" && "list" in value && value.list.length === 0;
}
