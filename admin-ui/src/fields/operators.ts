// Operators of filters, by family: what people choose, what they must give, and the tree that the API takes.
import { type Ast, all, any, compare } from "@/lib/filter";

export type Operand = "none" | "text" | "value" | "range" | "choices" | "words" | "period" | "records";

export interface Operator {
  id: string;
  label: string;
  operand: Operand;
  compile: (path: string, operand: unknown) => Ast | null;
}

const given = (value: unknown): boolean =>
  value !== undefined && value !== null && value !== "" && !(Array.isArray(value) && value.length === 0);

function simple(id: string, label: string, operand: Operand, op = id): Operator {
  return { id, label, operand, compile: (path, value) => (given(value) ? compare(path, op, value) : null) };
}

const isEmptyOp: Operator = {
  id: "empty",
  label: "is empty",
  operand: "none",
  compile: (path) => compare(path, "is_null", true),
};
const isGivenOp: Operator = {
  id: "given",
  label: "is not empty",
  operand: "none",
  compile: (path) => compare(path, "is_null", false),
};
export const emptiness = [isEmptyOp, isGivenOp];

function between(label = "is between"): Operator {
  return {
    id: "between",
    label,
    operand: "range",
    compile: (path, value) => {
      const [from, to] = Array.isArray(value) ? value : [];
      return all([given(from) ? compare(path, "gte", from) : null, given(to) ? compare(path, "lte", to) : null]);
    },
  };
}

export const textOperators: Operator[] = [
  simple("contains", "contains", "text"),
  simple("not_contains", "does not contain", "text"),
  simple("eq", "is", "text"),
  simple("ne", "is not", "text"),
  simple("starts_with", "starts with", "text"),
  simple("ends_with", "ends with", "text"),
  ...emptiness,
];

export const longTextOperators: Operator[] = [
  simple("contains", "contains", "text"),
  simple("not_contains", "does not contain", "text"),
  ...emptiness,
];

export const numberOperators: Operator[] = [
  simple("gte", "is at least", "value"),
  simple("lte", "is at most", "value"),
  simple("eq", "is", "value"),
  simple("ne", "is not", "value"),
  between(),
  ...emptiness,
];

export const dateOperators: Operator[] = [
  simple("within", "is in", "period", "eq"),
  simple("eq", "is on", "value"),
  simple("lt", "is before", "value"),
  simple("gt", "is after", "value"),
  between(),
  ...emptiness,
];

export const instantOperators: Operator[] = [
  simple("within", "is in", "period", "eq"),
  simple("lt", "is before", "value"),
  simple("gt", "is after", "value"),
  between(),
  ...emptiness,
];

export const timeOperators: Operator[] = [
  simple("lt", "is before", "value"),
  simple("gt", "is after", "value"),
  between(),
  ...emptiness,
];

export const choiceOperators: Operator[] = [
  simple("in", "is any of", "choices"),
  simple("not_in", "is none of", "choices"),
  ...emptiness,
];

export const choicesOperators: Operator[] = [
  simple("has_any", "has any of", "choices"),
  simple("has_all", "has all of", "choices"),
  ...emptiness,
];

export const wordsOperators: Operator[] = [
  simple("has_any", "has any of", "words"),
  simple("has_all", "has all of", "words"),
  ...emptiness,
];

export const booleanOperators: Operator[] = [
  { id: "yes", label: "is yes", operand: "none", compile: (path) => compare(path, "eq", true) },
  {
    id: "no",
    label: "is no",
    operand: "none",
    compile: (path) => any([compare(path, "eq", false), compare(path, "is_null", true)]),
  },
];

const ids = (value: unknown): string[] =>
  Array.isArray(value)
    ? value.map((v) => (typeof v === "object" && v !== null ? String((v as { id: unknown }).id) : String(v)))
    : [];

function byIds(id: string, label: string, op: string): Operator {
  return {
    id,
    label,
    operand: "records",
    compile: (path, value) => (given(value) ? compare(path, op, ids(value)) : null),
  };
}

/** Relations to one compare the id; their name is reached through the relation. */
export const relationOperators: Operator[] = [
  byIds("in", "is any of", "in"),
  byIds("not_in", "is none of", "not_in"),
  {
    id: "name_contains",
    label: "name contains",
    operand: "text",
    compile: (path, value) => (given(value) ? compare(path.replace(/_id$/, ".name"), "contains", value) : null),
  },
  ...emptiness,
];

export const toManyOperators: Operator[] = [
  {
    id: "some",
    label: "includes any of",
    operand: "records",
    compile: (path, value) => (given(value) ? { [path]: { some: { id: { in: ids(value) } } } } : null),
  },
  {
    id: "none",
    label: "includes none of",
    operand: "records",
    compile: (path, value) => (given(value) ? { [path]: { none: { id: { in: ids(value) } } } } : null),
  },
];

export const PERIODS: { value: string; label: string }[] = [
  { value: "today", label: "today" },
  { value: "yesterday", label: "yesterday" },
  { value: "tomorrow", label: "tomorrow" },
  { value: "this_week", label: "this week" },
  { value: "last_week", label: "last week" },
  { value: "next_week", label: "next week" },
  { value: "this_month", label: "this month" },
  { value: "last_month", label: "last month" },
  { value: "next_month", label: "next month" },
  { value: "this_quarter", label: "this quarter" },
  { value: "last_quarter", label: "last quarter" },
  { value: "next_quarter", label: "next quarter" },
  { value: "this_year", label: "this year" },
  { value: "last_year", label: "last year" },
  { value: "last_n_days:7", label: "the last 7 days" },
  { value: "last_n_days:30", label: "the last 30 days" },
  { value: "last_n_days:90", label: "the last 90 days" },
  { value: "next_n_days:7", label: "the next 7 days" },
  { value: "next_n_days:30", label: "the next 30 days" },
];
