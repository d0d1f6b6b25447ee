// The catalog: metadata in the order and with the lookups that screens need.
import { createContext, useContext } from "react";
import type { Me } from "@/api/session";
import type { Expression } from "@/lib/formula/values";
import { humanize } from "@/lib/text";
import { layoutFor, type Situation } from "./assignment";
import { type Removal, removalOf } from "./field-removal";
import type {
  AppDef,
  Bootstrap,
  FieldDef,
  FormCondition,
  LayoutDef,
  LayoutSection,
  ListViewDef,
  ObjectDef,
  RecordTypeDef,
} from "./types";

export class Catalog {
  readonly me: Me;
  readonly revision: number;
  readonly objects: ObjectDef[];
  /** The apps of who is signed in. */
  readonly apps: AppDef[];
  /** Languages in which labels are known. */
  readonly languages: string[];
  readonly optionSets: NonNullable<Bootstrap["option_sets"]>;
  readonly #byName = new Map<string, ObjectDef>();
  readonly #byPlural = new Map<string, ObjectDef>();
  readonly #views: ListViewDef[];
  readonly #own: ListViewDef[];
  readonly #defaults: Record<string, string>;
  readonly #layouts: LayoutDef[] = [];
  readonly #shown = new Map<LayoutSection, Expression>();
  readonly #recordTypes: RecordTypeDef[];
  readonly #forms: Record<string, FormCondition[]>;
  readonly #roles: string[];

  constructor(bootstrap: Bootstrap, me: Me) {
    this.me = me;
    this.revision = bootstrap.revision;
    const processes = (bootstrap.processes ?? []).filter((process) => process.active !== false);
    this.objects = bootstrap.objects.map((object) => ({
      ...withLabels(object),
      processes: processes.filter((process) => process.object === object.name),
      conversions: (bootstrap.conversions ?? []).filter((one) => one.object === object.name),
    }));
    this.apps = bootstrap.apps ?? [];
    this.languages = bootstrap.languages ?? [];
    this.optionSets = bootstrap.option_sets ?? [];
    this.#views = bootstrap.list_views ?? [];
    this.#own = (bootstrap.own_views ?? []).map(({ id, ...view }) => ({
      ...view,
      name: `${view.object}.${id}`,
      own: id,
    }));
    this.#defaults = bootstrap.default_views ?? {};
    for (const layout of bootstrap.layouts ?? []) this.#layouts.push(this.#asWritten(layout));
    this.#recordTypes = bootstrap.record_types ?? [];
    this.#forms = bootstrap.forms ?? {};
    this.#roles = me.roles?.map((role) => (typeof role === "string" ? role : role.name)) ?? [];
    for (const object of this.objects) {
      this.#byName.set(object.name, object);
      this.#byPlural.set(object.plural, object);
    }
  }

  /** A layout as it was written, so that it can be edited; what its conditions mean is kept beside it. */
  #asWritten(layout: NonNullable<Bootstrap["layouts"]>[number]): LayoutDef {
    const sections = layout.sections.map(({ condition, ...section }) => {
      if (condition) this.#shown.set(section, condition);
      return section;
    });
    return { ...layout, sections };
  }

  /** When a section of a layout is shown; nothing where that is always, or known to the server alone. */
  shownWhen(section: LayoutSection): Expression | undefined {
    return this.#shown.get(section);
  }

  object(name: string | undefined): ObjectDef | undefined {
    return name === undefined ? undefined : this.#byName.get(name);
  }

  objectByPlural(plural: string): ObjectDef | undefined {
    return this.#byPlural.get(plural);
  }

  /** What belongs in the navigation: what one may read, and what is not the system's own. Parts of other records come last. */
  get navigation(): ObjectDef[] {
    const seen = this.objects.filter((object) => !object.system && mayRead(object));
    return [...seen.filter((o) => !isPart(o)), ...seen.filter(isPart)];
  }

  /** Saved views of an object, "all" first and one's own last. */
  listViews(object: string): ListViewDef[] {
    const views = this.#views.filter((v) => v.object === object && this.#isFor(v));
    const rank = (v: ListViewDef) => (/\.all$/.test(v.name) || v.name === "all" ? 0 : 1);
    return [...views.sort((a, b) => rank(a) - rank(b)), ...this.ownViews(object)];
  }

  /** Views of an object that one keeps for oneself, in their order. */
  ownViews(object: string): ListViewDef[] {
    return this.#own.filter((view) => view.object === object);
  }

  /** The view that one chose for a list to open with, if it is still there. */
  chosenView(object: string): ListViewDef | undefined {
    const name = `${object}.${this.#defaults[object]}`;
    return this.listViews(object).find((view) => view.name === name);
  }

  /** The view that a list opens with. */
  openingView(object: string): ListViewDef | undefined {
    return this.chosenView(object) ?? this.listViews(object)[0];
  }

  /** Whether a view is for who is signed in: everybody's, or shared with the person or a role of theirs. */
  #isFor({ shared_with }: ListViewDef): boolean {
    if (!shared_with?.length) return true;
    const isMe = ({ user, role, everyone }: Record<string, unknown>) =>
      everyone === true || user === this.me.user.id || (typeof role === "string" && this.#roles.includes(role));
    return shared_with.some((party) => isMe(party) || typeof party.team === "string");
  }

  /** Every view of an object, however it is displayed. */
  viewsOf(object: string): ListViewDef[] {
    return this.#views.filter((v) => v.object === object);
  }

  /** The conditions of an object's fields, in the order in which a save applies them. */
  conditions(object: string): FormCondition[] {
    return this.#forms[object] ?? [];
  }

  /** What the type of a record allows; nothing where it has none. */
  recordType(object: string, name: unknown): RecordTypeDef | undefined {
    return this.#recordTypes.find((type) => type.object === object && type.name === `${object}.${name}`);
  }

  layoutsOf(object: string): LayoutDef[] {
    return this.#layouts.filter((l) => l.object === object);
  }

  /** What goes along when a field goes. */
  removal(object: string, field: string): Removal {
    return removalOf(object, field, this.#views, this.#layouts);
  }

  recordTypesOf(object: string): RecordTypeDef[] {
    return this.#recordTypes.filter((type) => type.object === object);
  }

  /** The layout of a record for who is signed in. */
  layout(object: string, device: Situation["device"] = "desktop", recordType?: unknown): LayoutDef | undefined {
    const type = typeof recordType === "string" ? recordType : undefined;
    return layoutFor(this.layoutsOf(object), { roles: this.#roles, device, recordType: type });
  }

  may(right: string): boolean {
    return this.me.permissions.system.includes(right) || this.me.permissions.system.includes("*");
  }
}

/** Belongs to a record of another object and is mostly met there. */
export const isPart = (o: ObjectDef): boolean => o.fields.some((f) => f.kind === "master_detail");

function withLabels(object: ObjectDef): ObjectDef {
  const label = object.label || humanize(object.name);
  return {
    ...object,
    label,
    plural_label: object.plural_label || humanize(object.plural),
    fields: object.fields.map((f) => ({ ...f, label: f.label || humanize(f.name) })),
  };
}

const allowed = (right: unknown): boolean => right !== undefined && right !== false && right !== "none";

export const mayRead = (o: ObjectDef): boolean => !o.permissions || allowed(o.permissions.read);
export const mayCreate = (o: ObjectDef): boolean => !o.system && (!o.permissions || allowed(o.permissions.create));
export const mayEdit = (o: ObjectDef): boolean => !o.system && (!o.permissions || allowed(o.permissions.edit));
export const mayDelete = (o: ObjectDef): boolean => !o.system && (!o.permissions || allowed(o.permissions.delete));

export const mayShare = (o: ObjectDef): boolean => !o.system && (!o.permissions || allowed(o.permissions.share));

/** Whether who is signed in has a say in, or may look at, who sees records. */
export const maySeeSharing = (catalog: Catalog, o: ObjectDef): boolean => catalog.may("explain_access") || mayShare(o);

/** Whether records may follow a process whose state this field holds. */
export const isGoverned = (o: ObjectDef, field: FieldDef): boolean =>
  Boolean(o.processes?.some((process) => process.field === field.name));

export const CatalogContext = createContext<Catalog | null>(null);

export function useCatalog(): Catalog {
  const catalog = useContext(CatalogContext);
  if (!catalog) throw new Error("useCatalog is used outside of the shell");
  return catalog;
}

/** The field of an object by name; `name` also finds the own field that holds the record's name. */
export function findField(object: ObjectDef, name: string): FieldDef | undefined {
  return object.fields.find((f) => f.name === name);
}
