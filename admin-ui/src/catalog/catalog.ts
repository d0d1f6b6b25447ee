// The catalog: metadata in the order and with the lookups that screens need.
import { createContext, useContext } from "react";
import type { Me } from "@/api/session";
import { humanize } from "@/lib/text";
import { type Removal, removalOf } from "./field-removal";
import type { Bootstrap, FieldDef, LayoutDef, ListViewDef, ObjectDef } from "./types";

export class Catalog {
  readonly me: Me;
  readonly revision: number;
  readonly objects: ObjectDef[];
  readonly optionSets: NonNullable<Bootstrap["option_sets"]>;
  readonly #byName = new Map<string, ObjectDef>();
  readonly #byPlural = new Map<string, ObjectDef>();
  readonly #views: ListViewDef[];
  readonly #layouts: LayoutDef[];

  constructor(bootstrap: Bootstrap, me: Me) {
    this.me = me;
    this.revision = bootstrap.revision;
    const processes = (bootstrap.processes ?? []).filter((process) => process.active !== false);
    this.objects = bootstrap.objects.map((object) => ({
      ...withLabels(object),
      processes: processes.filter((process) => process.object === object.name),
    }));
    this.optionSets = bootstrap.option_sets ?? [];
    this.#views = bootstrap.list_views ?? [];
    this.#layouts = bootstrap.layouts ?? [];
    for (const object of this.objects) {
      this.#byName.set(object.name, object);
      this.#byPlural.set(object.plural, object);
    }
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

  /** Saved views of an object, "all" first. */
  listViews(object: string): ListViewDef[] {
    const views = this.#views.filter((v) => v.object === object);
    const rank = (v: ListViewDef) => (/\.all$/.test(v.name) || v.name === "all" ? 0 : 1);
    return views.sort((a, b) => rank(a) - rank(b));
  }

  /** Every view of an object, however it is displayed. */
  viewsOf(object: string): ListViewDef[] {
    return this.#views.filter((v) => v.object === object);
  }

  layoutsOf(object: string): LayoutDef[] {
    return this.#layouts.filter((l) => l.object === object);
  }

  /** What goes along when a field goes. */
  removal(object: string, field: string): Removal {
    return removalOf(object, field, this.#views, this.#layouts);
  }

  /** The layout of a record: one that is assigned to a role of the person or to this device, else the default. */
  layout(object: string, device: "phone" | "desktop" = "desktop"): LayoutDef | undefined {
    const own = this.#layouts.filter((l) => l.object === object);
    const roles = this.me.roles?.map((r) => (typeof r === "string" ? r : r.name)) ?? [];
    const assigned = own.find((l) =>
      l.assign?.some(
        (a) =>
          (a.role ?? a.device) &&
          (!a.role || roles.includes(a.role)) &&
          (!a.device || a.device === device) &&
          !a.record_type,
      ),
    );
    return assigned ?? own.find((l) => /(^|\.)default$/.test(l.name)) ?? own[0];
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
