// A field while it is being made: what was typed, and the definition that it means.
import type { Change } from "@/api/metadata";
import type { FieldDef, ObjectDef } from "@/catalog/types";
import { type FieldKind, isEmpty, type Setting, Unreadable } from "@/fields/kind";
import { apiName } from "@/lib/text";

export interface FieldDraft {
  label: string;
  /** Null while the name follows the label. */
  name: string | null;
  help: string;
  required: boolean;
  unique: boolean;
  default: unknown;
  settings: Record<string, unknown>;
  /** What the definition has besides what this form knows; it is sent back unchanged. */
  rest: Record<string, unknown>;
}

const READ_ONLY = new Set(["id", "package", "standard", "custom", "system", "read_only"]);
const COMMON = new Set(["name", "kind", "label", "help", "required", "unique", "default"]);

export function startDraft(_object: ObjectDef, kind: FieldKind, field: FieldDef | undefined): FieldDraft {
  const settings: Record<string, unknown> = {};
  for (const setting of kind.settings) settings[setting.name] = field ? field[setting.name] : setting.initial;
  if (field?.option_set) settings.option_set = field.option_set;
  const rest: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(field ?? {})) {
    if (!COMMON.has(key) && !READ_ONLY.has(key) && !(key in settings)) rest[key] = value;
  }
  return {
    label: field?.label ?? "",
    name: field?.name ?? null,
    help: field?.help ?? "",
    required: field?.required ?? false,
    unique: field?.unique ?? false,
    default: field?.default,
    settings,
    rest,
  };
}

/** Whether a setting means anything beside the others. */
export function isOffered(setting: Setting, settings: Record<string, unknown>): boolean {
  return Object.entries(setting.when ?? {}).every(([other, values]) => values.includes(String(settings[other])));
}

/** A name for the list on the other side that nothing there has yet. */
function freeInverse(object: ObjectDef, name: string, target: ObjectDef | undefined): string {
  const used = new Set([...(target?.fields ?? []), ...(target?.relations ?? [])].map((part) => part.name));
  return used.has(object.plural) ? `${name}_${object.plural}`.slice(0, 40) : object.plural;
}

/** The definition as the API takes it: settings that are not given stay out. `target` is what a relation points to. */
export function definitionOf(
  draft: FieldDraft,
  kind: FieldKind,
  object: ObjectDef,
  target?: ObjectDef,
): Record<string, unknown> {
  const name = draft.name ?? apiName(draft.label);
  const definition: Record<string, unknown> = { ...draft.rest, name, kind: kind.kind, label: draft.label.trim() };
  if (draft.help.trim()) definition.help = draft.help.trim();
  if (draft.required && kind.common.required) definition.required = true;
  if (draft.unique && kind.common.unique) definition.unique = true;
  if (!isEmpty(draft.default) && !(draft.default instanceof Unreadable)) definition.default = draft.default;
  const idle = new Set(kind.settings.filter((s) => !isOffered(s, draft.settings)).map((s) => s.name));
  for (const [key, value] of Object.entries(draft.settings)) {
    if (!isEmpty(value) && !idle.has(key)) definition[key] = value;
  }
  if (draft.settings.option_set) delete definition.options;
  const needsInverse = kind.settings.some((s) => s.name === "inverse");
  if (needsInverse && isEmpty(definition.inverse) && name) definition.inverse = freeInverse(object, name, target);
  if (definition.on_delete === "set_null" && definition.required) definition.on_delete = "restrict";
  return definition;
}

/** The change that makes the definition; under another name than before it renames. */
export function changeOf(object: ObjectDef, definition: Record<string, unknown>, before?: string): Change {
  return { kind: "fields", name: `${object.name}.${before ?? String(definition.name)}`, definition };
}

/** A field as its definition was written, without what the catalog adds. */
export function bare(field: FieldDef): Record<string, unknown> {
  return Object.fromEntries(Object.entries(field).filter(([key]) => !READ_ONLY.has(key)));
}
