// A record at its address.
import type { QueryClient } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { mayRead, useCatalog } from "@/catalog/catalog";
import { catalogQuery } from "@/catalog/load";
import { RecordPage } from "@/features/record/record-page";
import { recordQuery } from "@/features/record/record-query";
import { NotFound } from "./errors";

export function RecordRoute() {
  const { plural, id } = useParams({ from: "/shell/o/$plural/$id" });
  const object = useCatalog().objectByPlural(plural);
  if (!object || !mayRead(object)) return <NotFound />;
  return <RecordPage key={`${object.name}/${id}`} object={object} id={id} />;
}

/** Asks for the record as soon as it is known what of it is shown, before the page around it is drawn. */
export async function prepareRecord(client: QueryClient, plural: string, id: string): Promise<void> {
  const catalog = await client.ensureQueryData(catalogQuery);
  const object = catalog.objectByPlural(plural);
  if (object && mayRead(object)) await client.prefetchQuery(recordQuery(catalog, object, id));
}
