// A filter as the API takes it, said in words: for where it is shown and not changed.
import type { Ast } from "@/lib/filter";
import { t } from "@/lib/i18n";
import { formatNumber } from "@/lib/numbers";
import { humanize } from "@/lib/text";
import { fieldOf } from "./fields";
import type { FieldDef, ObjectDef } from "./types";

const WORDS: Record<string, string> = {
  eq: "is",
  ne: "is not",
  in: "is any of",
  not_in: "is none of",
  gt: "is more than",
  gte: "is at least",
  lt: "is less than",
  lte: "is at most",
  contains: "contains",
  not_contains: "does not contain",
  starts_with: "starts with",
  ends_with: "ends with",
  between: "is between",
};

function valueWords(value: unknown, field: FieldDef | undefined): string {
  if (Array.isArray(value)) return value.map((one) => valueWords(one, field)).join(", ");
  if (typeof value === "boolean") return value ? t("Yes") : t("No");
  if (typeof value === "number") return formatNumber(value);
  if (value !== null && typeof value === "object") return JSON.stringify(value);
  return field?.options?.find((option) => option.value === value)?.label ?? String(value);
}

/** "owner.name" → "Owner · Name", as far as the object knows the way. */
function pathWords(object: ObjectDef, path: string): string {
  const [first = "", ...rest] = path.split(".");
  const field = fieldOf(object, path) ?? fieldOf(object, first) ?? fieldOf(object, first.replace(/_id$/, ""));
  return [field?.label ?? humanize(first), ...rest.map(humanize)].join(" · ");
}

function conditionWords(object: ObjectDef, path: string, test: unknown): string {
  const field = fieldOf(object, path);
  const about = pathWords(object, path);
  if (test === null || typeof test !== "object" || Array.isArray(test))
    return `${about} ${t("is")} ${valueWords(test, field)}`;
  return Object.entries(test)
    .map(([op, value]) => {
      if (op === "is_null") return `${about} ${value ? t("is empty") : t("is not empty")}`;
      if (op === "some" || op === "none")
        return `${about}: ${op === "some" ? t("some") : t("none")} (${filterWords(object, value as Ast).join(", ")})`;
      const word = WORDS[op];
      return `${about} ${word ? t(word) : humanize(op)} ${valueWords(value, field)}`;
    })
    .join(", ");
}

/** One line for each condition that must hold. */
export function filterWords(object: ObjectDef, filter: Ast): string[] {
  return Object.entries(filter).flatMap(([key, inner]) => {
    if (key === "and") return (inner as Ast[]).flatMap((one) => filterWords(object, one));
    if (key === "or") {
      const parts = (inner as Ast[]).map((one) => filterWords(object, one).join(` ${t("and")} `));
      return [parts.join(` ${t("or")} `)];
    }
    if (key === "not") return [t("Not: {what}", { what: filterWords(object, inner as Ast).join(", ") })];
    return [conditionWords(object, key, inner)];
  });
}
