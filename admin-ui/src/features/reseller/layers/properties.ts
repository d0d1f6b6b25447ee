// What can be said of each kind of component, and by what it is said. What is not here is said in JSON.
import type { Component } from "@/api/layers";
import { t } from "@/lib/i18n";
import { humanize } from "@/lib/text";

export type PropertyLook = "text" | "long" | "switch" | "number" | "icon" | "choice" | "names" | "options" | "json";

export interface Property {
  key: string;
  label: string;
  look: PropertyLook;
  /** What holds where nothing is said. */
  otherwise?: boolean;
  choices?: { id: string; label: string }[];
}

/** Kinds in the order in which they are shown. */
export const KINDS: Record<string, { one: string; many: string }> = {
  objects: { one: "Object", many: "Objects" },
  fields: { one: "Field", many: "Fields" },
  "option-sets": { one: "Option set", many: "Option sets" },
  layouts: { one: "Layout", many: "Layouts" },
  "list-views": { one: "List view", many: "List views" },
  apps: { one: "App", many: "Apps" },
  "record-types": { one: "Record type", many: "Record types" },
  processes: { one: "Process", many: "Processes" },
  conversions: { one: "Conversion", many: "Conversions" },
  recurrences: { one: "Recurrence", many: "Recurrences" },
  "validation-rules": { one: "Validation rule", many: "Validation rules" },
  "field-conditions": { one: "Field condition", many: "Field conditions" },
  "sharing-rules": { one: "Sharing rule", many: "Sharing rules" },
  "restriction-rules": { one: "Restriction rule", many: "Restriction rules" },
  roles: { one: "Role", many: "Roles" },
  "permission-sets": { one: "Permission set", many: "Permission sets" },
  translations: { one: "Translation", many: "Translations" },
  settings: { one: "Setting", many: "Settings" },
};

/** What one of a kind is called, and all of them. */
export const oneOf = (kind: string): string => t(KINDS[kind]?.one ?? humanize(kind));
export const manyOf = (kind: string): string => t(KINDS[kind]?.many ?? humanize(kind));

const label: Property = { key: "label", label: "Label", look: "text" };
const description: Property = { key: "description", label: "Description", look: "long" };
const icon: Property = { key: "icon", label: "Icon", look: "icon" };
const message: Property = { key: "message", label: "Message", look: "long" };
const active: Property = { key: "active", label: "It is on", look: "switch", otherwise: true };
const options: Property = { key: "options", label: "Options", look: "options" };
const json = (key: string, label: string): Property => ({ key, label, look: "json" });

const DISPLAY: Property = {
  key: "display",
  label: "Shown as",
  look: "choice",
  choices: [
    { id: "table", label: "Table" },
    { id: "board", label: "Board" },
    { id: "calendar", label: "Calendar" },
    { id: "timeline", label: "Timeline" },
  ],
};

const OF_KIND: Record<string, Property[]> = {
  objects: [
    label,
    { key: "plural_label", label: "Plural label", look: "text" },
    { key: "name_field.label", label: "Label of the name", look: "text" },
    icon,
    description,
  ],
  "option-sets": [label, options],
  layouts: [
    { key: "highlights", label: "Highlights", look: "names" },
    json("sections", "Sections"),
    json("assign", "Who gets it"),
  ],
  "list-views": [
    label,
    { key: "columns", label: "Columns", look: "names" },
    json("sort", "Sort"),
    DISPLAY,
    { key: "group_by", label: "Grouped by", look: "text" },
    json("filter", "Filter"),
    { key: "condition", label: "Condition", look: "long" },
  ],
  apps: [label, icon, description, json("items", "What its navigation holds"), active],
  "record-types": [label, description, json("options", "Options"), json("defaults", "Defaults"), active],
  processes: [label, description, active],
  conversions: [label, description, message, active],
  recurrences: [description, active],
  "validation-rules": [message, description, active],
  "field-conditions": [active],
  "sharing-rules": [label],
  "restriction-rules": [label],
  roles: [label, description],
  "permission-sets": [label, description],
  translations: [
    json("texts", "Texts"),
    json("objects", "Texts of objects"),
    json("option_sets", "Texts of option sets"),
    active,
  ],
  settings: [{ key: "language", label: "Language", look: "text" }],
};

const NUMBERS = /^(integer|decimal|currency|percent)$/;
const WRITTEN = /^(text|long_text|email|phone|url|picklist)$/;
/** What holds these is not typed in. */
const COMPUTED = /^(formula|rollup|autonumber)$/;

function ofField({ definition }: Component): Property[] {
  const kind = String(definition.kind ?? "");
  const look = NUMBERS.test(kind) ? "number" : WRITTEN.test(kind) ? "text" : kind === "boolean" ? "switch" : "json";
  const first: Property[] = [label, { key: "help", label: "Help", look: "long" }];
  const sensitive: Property = { key: "sensitive", label: "Sensitive", look: "switch" };
  if (COMPUTED.test(kind)) return [...first, sensitive];
  return [
    ...first,
    { key: "required", label: "Required", look: "switch" },
    { key: "default", label: "Default", look },
    ...(kind === "text" ? [{ key: "max_length", label: "At most so many characters", look: "number" } as const] : []),
    ...(NUMBERS.test(kind)
      ? [
          { key: "min", label: "At least", look: "number" } as const,
          { key: "max", label: "At most", look: "number" } as const,
        ]
      : []),
    ...(Array.isArray(definition.options) ? [options] : []),
    sensitive,
  ];
}

export const propertiesOf = (component: Component): Property[] =>
  component.kind === "fields" ? ofField(component) : (OF_KIND[component.kind] ?? []);

/** Fields that every object has. */
export const EVERY_FIELD = ["name", "owner", "created_at", "created_by", "updated_at", "updated_by"];
