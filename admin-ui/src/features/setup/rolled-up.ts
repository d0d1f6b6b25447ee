// Which fields of related records a roll-up may be made of, and in which order records may come.
import type { FieldDef } from "@/catalog/types";

const NUMBERS = ["integer", "decimal", "currency", "percent"];
const MOMENTS = ["date", "datetime", "time"];
const VALUES = ["text", "long_text", "email", "phone", "url", "autonumber", "picklist", "boolean"];

const FITS: Record<string, Set<string>> = {
  count: new Set(),
  sum: new Set([...NUMBERS, "rollup"]),
  avg: new Set([...NUMBERS, "rollup"]),
  min: new Set([...NUMBERS, ...MOMENTS, "rollup"]),
  max: new Set([...NUMBERS, ...MOMENTS, "rollup"]),
  count_distinct: new Set([...NUMBERS, ...MOMENTS, ...VALUES, "rollup", "lookup", "master_detail"]),
  first: new Set([...NUMBERS, ...MOMENTS, ...VALUES, "rollup"]),
  last: new Set([...NUMBERS, ...MOMENTS, ...VALUES, "rollup"]),
};
const ORDERS = new Set([...NUMBERS, ...MOMENTS]);

/** Whether a field of the related records fits a setting of the roll-up (`field` or `by`), as far as its function says. */
export function fitsRollup(setting: string, settings: Record<string, unknown>, field: FieldDef): boolean {
  if (field.encrypted) return false;
  return (setting === "by" ? ORDERS : FITS[String(settings.function)])?.has(field.kind) ?? false;
}
