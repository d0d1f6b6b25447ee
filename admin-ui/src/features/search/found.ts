// What of what was found is shown, of which objects it is, and where the words stand in it.
import type { Hit } from "@/api/search";
import type { Catalog } from "@/catalog/catalog";
import { nameSource } from "@/catalog/fields";
import type { ObjectDef } from "@/catalog/types";

/** What belongs to the product itself is not looked for here. */
export const shownHits = (catalog: Catalog, hits: Hit[]): Hit[] =>
  hits.filter((hit) => {
    const object = catalog.object(hit.object);
    return object !== undefined && !object.system;
  });

/** Where the words stand beside the name: what the name is made of would only say it again. */
export function placesOf(object: ObjectDef, hit: Hit): [string, string][] {
  const naming = new Set([
    "name",
    nameSource(object),
    ...(hit.highlights?.name ? (object.name_field?.compose ?? []) : []),
  ]);
  return Object.entries(hit.highlights ?? {}).filter(([field]) => !naming.has(field));
}

/** The objects of what was found, the best first, and the one that was chosen. */
export function objectsOf(catalog: Catalog, hits: Hit[], chosen: ObjectDef | undefined): ObjectDef[] {
  const names = new Set([...hits.map((hit) => hit.object), ...(chosen ? [chosen.name] : [])]);
  return [...names].flatMap((name) => catalog.object(name) ?? []);
}
