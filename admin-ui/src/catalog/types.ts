// Metadata as the server tells it. The UI knows no object by name; everything on screen comes from these.
import type { ObjectRights } from "@/api/session";
import type { OwnViewDef } from "@/api/views";
import type { Expression } from "@/lib/formula/values";

export interface Option {
  value: string;
  label: string;
  color?: string;
  active?: boolean;
}

export interface FieldDef {
  name: string;
  kind: string;
  label: string;
  id?: string;
  help?: string;
  required?: boolean;
  unique?: boolean;
  indexed?: boolean;
  searchable?: boolean;
  sensitive?: boolean;
  encrypted?: boolean;
  blind_index?: boolean;
  default?: unknown;
  package?: string | null;
  standard?: boolean;
  options?: Option[];
  option_set?: string;
  depends_on?: unknown;
  max_length?: number;
  precision?: number;
  scale?: number;
  min?: number | string;
  max?: number | string;
  currency?: string;
  to?: string | string[];
  inverse?: string;
  on_delete?: string;
  pattern?: string;
  [setting: string]: unknown;
}

export interface RelationDef {
  name: string;
  object: string;
  field: string;
  kind: string;
  label?: string;
}

export interface ObjectDef {
  name: string;
  plural: string;
  label: string;
  plural_label: string;
  id?: string;
  icon?: string;
  description?: string;
  name_field?: { label?: string; field?: string; compose?: string[]; required?: boolean };
  fields: FieldDef[];
  relations?: RelationDef[];
  traits?: string[];
  package?: string | null;
  system?: boolean;
  custom?: boolean;
  permissions?: ObjectRights;
  /** The processes that its records may follow, put here by the catalog. */
  processes?: ProcessDef[];
  /** What its records can become, put here by the catalog. */
  conversions?: ConversionDef[];
  [setting: string]: unknown;
}

export interface ListViewDef {
  name: string;
  object: string;
  label: string;
  scope?: "mine" | "team" | "all";
  filter?: Record<string, unknown>;
  where?: string;
  columns: string[];
  /** Those of the columns that stay in sight beside the first one. */
  pinned?: string[];
  sort?: string[];
  group_by?: string;
  /** The number that a board weighs its amounts by; "none" is none. */
  weight_by?: string;
  display?: "table" | "board" | "calendar" | "timeline";
  /** With whom it is shared; everybody when left out. */
  shared_with?: Record<string, unknown>[];
  /** The label as it stands in the definition, where it is shown in another language. */
  written?: string;
  /** The id of a view that somebody keeps for themselves. */
  own?: string;
  /** What of an own view one does not see any more. */
  left_out?: string[];
}

export interface LayoutItem {
  field?: string;
  related?: string;
  component?: string;
}

export interface LayoutSection {
  label: string;
  columns?: number;
  /** A formula; the section is shown while it is true. */
  visible?: string;
  items: LayoutItem[];
}

export interface LayoutDef {
  name: string;
  object: string;
  sections: LayoutSection[];
  highlights?: string[];
  /** Who sees this layout, and where; without any it is for everybody whom no other one names. */
  assign?: Assignment[];
}

/** All that it names must hold. */
export interface Assignment {
  role?: string;
  record_type?: string;
  device?: string;
}

/** A sort of record with its own options, defaults and process. */
export interface RecordTypeDef {
  name: string;
  object: string;
  label?: string;
  description?: string;
  options?: Record<string, string[]>;
  defaults?: Record<string, unknown>;
  process?: string;
  active?: boolean;
  default?: boolean;
  package?: string | null;
}

/** As much of a process as screens need before they ask for the ways of one record. */
export interface ProcessDef {
  name: string;
  object: string;
  field: string;
  label?: string;
  mode?: "guide" | "enforce";
  final?: string[];
  active?: boolean;
}

/** What records of an object can become, before one of them is asked. */
export interface ConversionDef {
  name: string;
  object: string;
  label: string;
}

/** What somebody works with: the lines of its navigation. */
export interface AppDef {
  name: string;
  label: string;
  icon?: string | null;
  description?: string | null;
  items: AppItem[];
}

export interface AppItem {
  object: string;
  /** The word of a view; without one the object's first view opens. */
  view?: string | null;
  label: string;
}

/** When a field of a form is shown, must be filled, or stays; what is left out the server alone knows. */
export interface FormCondition {
  field: string;
  visible?: Expression;
  required?: Expression;
  read_only?: Expression;
  /** While a condition is true, only these options may be chosen. */
  options_when?: { when: Expression; allow: string[] }[];
  when_hidden: "keep" | "clear";
}

export interface Bootstrap {
  revision: number;
  user: unknown;
  objects: ObjectDef[];
  option_sets?: { name: string; label: string; options: Option[] }[];
  list_views?: ListViewDef[];
  /** Sections have their `visible` also as what a page evaluates, where a page can. */
  layouts?: (Omit<LayoutDef, "sections"> & { sections: (LayoutSection & { condition?: Expression })[] })[];
  processes?: ProcessDef[];
  conversions?: ConversionDef[];
  apps?: AppDef[];
  record_types?: RecordTypeDef[];
  /** Those in which there are labels, beside that in which they are written. */
  languages?: string[];
  forms?: Record<string, FormCondition[]>;
  own_views?: OwnViewDef[];
  /** By object, the word or id of the view that its list opens with. */
  default_views?: Record<string, string>;
}
