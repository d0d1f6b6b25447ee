// What tells that two records may be the same: their name, or the same value in a field that tells who or what something is.
import type { RecordData } from "@/api/record-store";
import { nameSource } from "@/catalog/fields";
import type { FieldDef, ObjectDef } from "@/catalog/types";
import type { Ast } from "@/lib/filter";
import { t } from "@/lib/i18n";
import { checkValue, kindOf } from "./registry";

const TELLING = new Set(["email", "phone", "url"]);
/** Shorter texts are like too many. */
const ENOUGH = 3;

export interface Clue {
  label: string;
  condition: Ast;
  holds: (record: RecordData) => boolean;
  /** Others have it too without being the same. */
  common?: boolean;
}

const sameText = (a: unknown, b: string) =>
  String(a ?? "")
    .trim()
    .toLowerCase() === b.toLowerCase();

/** The name as it will be: typed, or put together of its parts. */
function nameOf(object: ObjectDef, draft: Record<string, unknown>): string {
  const parts = object.name_field?.compose ?? [nameSource(object) ?? "name"];
  const texts = parts.map((part) => String(draft[part] ?? "").trim());
  return texts.every(Boolean) ? texts.join(" ") : "";
}

/** Fields whose values tell who or what something is, and that can be asked for. */
const tellingFields = (object: ObjectDef): FieldDef[] =>
  object.fields.filter(
    (f) => !f.standard && (!f.encrypted || f.blind_index) && (TELLING.has(f.kind) || (f.unique && f.kind === "text")),
  );

/** Those that may be asked for with every record that is opened: found by an index, and read without a note in the audit. */
const quietFields = (object: ObjectDef): FieldDef[] =>
  tellingFields(object).filter((f) => !f.sensitive && (f.indexed || f.unique));

const pathsOf = (fields: FieldDef[]): string[] => ["id", "name", ...fields.map((f) => f.name)];

/** What is asked of records to see by which clues they are like one. */
export const cluePaths = (object: ObjectDef): string[] => pathsOf(tellingFields(object));
export const twinPaths = (object: ObjectDef): string[] => pathsOf(quietFields(object));

const nameLabel = (object: ObjectDef): string => object.name_field?.label ?? t("Name");

/** What of a draft tells that a record may be there already; a name may go on. */
export function cluesOf(object: ObjectDef, draft: Record<string, unknown>): Clue[] {
  const name = nameOf(object, draft);
  const named: Clue = {
    label: nameLabel(object),
    condition: { name: { starts_with: name } },
    holds: (record) =>
      String(record.name ?? "")
        .toLowerCase()
        .startsWith(name.toLowerCase()),
  };
  const clues = tellingClues(tellingFields(object), draft);
  return name.length >= ENOUGH ? [named, ...clues] : clues;
}

/** What of a record tells that there is another one of it; a name is the whole of it, a telephone may be a house's. */
export function twinClues(object: ObjectDef, record: RecordData): Clue[] {
  const name = String(record.name ?? "").trim();
  const named: Clue = {
    label: nameLabel(object),
    condition: { name: { eq: name } },
    holds: (other) => sameText(other.name, name),
    common: true,
  };
  const clues = tellingClues(quietFields(object), record);
  return name.length >= ENOUGH ? [named, ...clues] : clues;
}

function tellingClues(fields: FieldDef[], draft: Record<string, unknown>): Clue[] {
  const telling = (field: FieldDef): Clue | null => {
    const value = String(draft[field.name] ?? "").trim();
    if (value.length < ENOUGH || checkValue(value, field)) return null;
    return {
      label: field.label,
      condition: { [field.name]: { eq: value } },
      holds: (record) => sameText(kindOf(field).read(record, field), value),
      common: field.kind !== "email" && !field.unique,
    };
  };
  return fields.map(telling).filter((clue): clue is Clue => clue !== null);
}

/** More with one name than these are how people name such records, and no slip. */
const FEW = 4;

/** The records that may be the same one: with a clue that is theirs alone, or with a common one while those are few. */
export function twinsOf(clues: Clue[], records: RecordData[]): RecordData[] {
  const like = records.filter((record) => clues.some((clue) => clue.holds(record)));
  const sure = like.filter((record) => clues.some((clue) => !clue.common && clue.holds(record)));
  return like.length - sure.length > FEW ? sure : like;
}
