// What a reseller says over packages, what packages say, and what became of it in each tenant.
import type { Document } from "./document";

/** What differs, by kind and name of the component. */
export type LayerDocument = Record<string, Record<string, Record<string, unknown>>>;

export type Layer = Omit<Document["ResellerLayer"], "layer"> & { layer: LayerDocument };

export type OfferedPackage = Document["OfferedPackage"];

export interface Component {
  kind: string;
  name: string;
  definition: Record<string, unknown>;
}

export type PackageWithComponents = OfferedPackage & { components: Component[] };

export type LayerInTenant = Document["LayerInTenant"];

export type LayerReport = Document["LayerReport"];

/** What a component says with the layer, and each place at which that is something else than without. */
export interface LayerChange {
  kind: string;
  name: string;
  changes: { path: string; base?: unknown; value?: unknown }[];
}

export interface TriedLayer {
  changes: LayerChange[];
  /** What it would come to in the tenant that was asked about. */
  tenant?: LayerReport;
}
