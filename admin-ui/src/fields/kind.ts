// What a field kind is to the UI: how a value is shown, typed, filtered, and what can be set on the field.
import type { LucideIcon } from "lucide-react";
import type { ComponentType } from "react";
import type { RecordData } from "@/api/record-store";
import type { FieldDef } from "@/catalog/types";
import type { Operator } from "./operators";

export interface DisplayProps {
  value: unknown;
  field: FieldDef;
  /** One line of a table: nothing to click, nothing that wraps. */
  compact?: boolean;
}

export interface InputProps {
  field: FieldDef;
  value: unknown;
  onChange: (value: unknown) => void;
  id?: string | undefined;
  describedBy?: string | undefined;
  invalid?: boolean | undefined;
  autoFocus?: boolean | undefined;
  /** In place in a table or a record: opens at once and says when it is done. */
  onDone?: (() => void) | undefined;
}

/** A setting of a field of this kind, as the field form offers it. */
export interface Setting {
  name: string;
  label: string;
  control:
    | "integer"
    | "number"
    | "text"
    | "options"
    | "object"
    | "objects"
    | "choice"
    | "json"
    | "formula"
    | "relation"
    | "related-field"
    | "dependence";
  /** For a formula and a related field: the setting that names the relation whose records they are about. */
  over?: string;
  /** Values of other settings beside which this one means anything; beside others it is not offered and not written. */
  when?: Record<string, string[]>;
  hint?: string;
  choices?: { value: string; label: string }[];
  initial?: unknown;
  required?: boolean;
  mono?: boolean;
}

export type Group = "Text" | "Numbers" | "Dates" | "Choices" | "Relations" | "Other";

export interface FieldKind {
  kind: string;
  label: string;
  /** One line that helps to choose. */
  about: string;
  group: Group;
  icon: LucideIcon;
  align: "start" | "end";
  /** Width of a column, in px. */
  width: number;
  /** The value out of a record, in the form that input and display take. */
  read: (record: RecordData, field: FieldDef) => unknown;
  /** The value as the API takes it. */
  patch: (value: unknown, field: FieldDef) => Record<string, unknown>;
  /** What the record shows until the server answers. */
  shown: (value: unknown, field: FieldDef) => Record<string, unknown>;
  /** Paths that a list asks for. */
  paths: (field: FieldDef) => string[];
  /** The path to sort by, or null when it cannot be sorted. */
  sortPath: (field: FieldDef) => string | null;
  /** The path that conditions compare. */
  filterPath: (field: FieldDef) => string;
  /** Plain words: for screen readers, titles, chips and history. */
  text: (value: unknown, field: FieldDef) => string;
  display: ComponentType<DisplayProps>;
  input: ComponentType<InputProps>;
  /** What is wrong with a typed value, before the server is asked; null when nothing is. */
  check: (value: unknown, field: FieldDef) => string | null;
  operators: Operator[];
  settings: Setting[];
  /** Which of the common settings make sense. */
  common: { required: boolean; unique: boolean; default: boolean };
  /** Takes the whole width of a form. */
  wide: boolean;
}

type Given = Pick<FieldKind, "kind" | "label" | "about" | "group" | "icon" | "display" | "input" | "operators"> &
  Partial<FieldKind>;

/** Fills in what most kinds have in common: one column, one JSON key, both named as the field. */
export function defineKind(given: Given): FieldKind {
  return {
    align: "start",
    width: 160,
    read: (record, field) => record[field.name],
    patch: (value, field) => ({ [field.name]: value === "" || value === undefined ? null : value }),
    shown: (value, field) => ({ [field.name]: value === "" || value === undefined ? null : value }),
    paths: (field) => [field.name],
    sortPath: (field) => field.name,
    filterPath: (field) => field.name,
    text: (value) => (value === null || value === undefined ? "" : String(value)),
    check: () => null,
    settings: [],
    wide: false,
    ...given,
    common: { required: true, unique: false, default: false, ...given.common },
  };
}

/** Something typed that cannot be read as a value of its kind; kept so that nothing typed is lost. */
export class Unreadable {
  readonly typed: string;
  readonly reason: string;
  constructor(typed: string, reason: string) {
    this.typed = typed;
    this.reason = reason;
  }
}

export function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0);
}
