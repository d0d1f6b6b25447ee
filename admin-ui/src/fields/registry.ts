// Every field kind, in the order in which the field form offers them.
import { CircleDashed } from "lucide-react";
import type { FieldDef } from "@/catalog/types";
import { t } from "@/lib/i18n";
import { anyLookup } from "./any_lookup";
import { autonumber } from "./autonumber";
import { boolean } from "./boolean";
import { currency } from "./currency";
import { date } from "./date";
import { datetime } from "./datetime";
import { decimal } from "./decimal";
import { email } from "./email";
import { computedAs, formula } from "./formula";
import { integer } from "./integer";
import { json } from "./json";
import { defineKind, type FieldKind, isEmpty, Unreadable } from "./kind";
import { longText } from "./long_text";
import { lookup } from "./lookup";
import { manyToMany } from "./many_to_many";
import { masterDetail } from "./master_detail";
import { multiPicklist } from "./multi_picklist";
import { emptiness } from "./operators";
import { percent } from "./percent";
import { phone } from "./phone";
import { picklist } from "./picklist";
import { PlainDisplay, plainInput } from "./plain";
import { richText } from "./rich_text";
import { rollup } from "./rollup";
import { tags } from "./tags";
import { text } from "./text";
import { time } from "./time";
import { url } from "./url";

export const kinds: FieldKind[] = [
  text,
  longText,
  richText,
  email,
  phone,
  url,
  integer,
  decimal,
  currency,
  percent,
  autonumber,
  picklist,
  multiPicklist,
  tags,
  boolean,
  date,
  datetime,
  time,
  lookup,
  masterDetail,
  manyToMany,
  anyLookup,
  json,
  formula,
  rollup,
];

const byName = new Map(kinds.map((k) => [k.kind, k]));

/** Shows what it can of a kind that this UI does not know yet, and lets nobody type into it. */
const unknown = defineKind({
  kind: "unknown",
  label: "Other",
  about: "",
  group: "Other",
  icon: CircleDashed,
  display: PlainDisplay,
  input: plainInput(),
  operators: emptiness,
});

export function kindOf(field: FieldDef): FieldKind {
  const kind = byName.get(field.kind) ?? unknown;
  return kind === formula || kind === rollup ? computedAs(kind, byName.get(String(field.shown_as))) : kind;
}

export function kindByName(name: string): FieldKind | undefined {
  return byName.get(name);
}

/** What is wrong with a value before the server is asked; null when nothing is. */
export function checkValue(value: unknown, field: FieldDef): string | null {
  if (value instanceof Unreadable) return value.reason;
  const kind = kindOf(field);
  if (isEmpty(value))
    return (field.required || field.kind === "master_detail") && kind.kind !== "boolean"
      ? t("{field} is needed.", { field: field.label })
      : null;
  return kind.check(value, field);
}

/** Plain words of a record's value. */
export function textOf(value: unknown, field: FieldDef): string {
  return kindOf(field).text(value, field);
}
