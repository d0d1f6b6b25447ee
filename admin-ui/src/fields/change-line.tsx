// One value that changed: the field, what it held before, and what it holds now.
import { fieldOf } from "@/catalog/fields";
import type { FieldDef, ObjectDef } from "@/catalog/types";
import { t } from "@/lib/i18n";
import { humanize } from "@/lib/text";
import { isEmpty } from "./kind";
import { kindOf } from "./registry";

export function ChangeLine({
  object,
  name,
  before,
  after,
}: {
  object: ObjectDef | undefined;
  name: string;
  before: unknown;
  after: unknown;
}) {
  const field = object && fieldOf(object, name);
  return (
    <li className="flex min-w-0 flex-wrap items-center gap-x-2 gap-y-0.5">
      <span className="text-text-2">{field?.label ?? humanize(name)}</span>
      <OneValue field={field} name={name} value={before} old />
      <span aria-hidden="true" className="text-text-3">
        →
      </span>
      <OneValue field={field} name={name} value={after} />
    </li>
  );
}

/** A value of which no field is known: lists of words as words, what has parts as it is written. */
function plain(value: unknown): string {
  const isWord = (one: unknown) => typeof one !== "object" || one === null;
  if (Array.isArray(value) && value.every(isWord)) return value.join(", ");
  return isWord(value) ? String(value) : JSON.stringify(value);
}

function OneValue({
  field,
  name,
  value,
  old,
}: {
  field: FieldDef | undefined;
  name: string;
  value: unknown;
  old?: boolean;
}) {
  if (isEmpty(value)) return <span className="text-text-3">{t("empty")}</span>;
  if (!field) return <span className={old ? "text-text-3 line-through" : ""}>{plain(value)}</span>;
  const kind = kindOf(field);
  const Display = kind.display;
  const read = kind.read({ id: "", [name]: value }, field);
  return (
    <span className={old ? "inline-flex max-w-80 text-text-2" : "inline-flex max-w-80"}>
      <Display value={read ?? value} field={field} compact />
    </span>
  );
}
