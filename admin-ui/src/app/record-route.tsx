// A record at its address.
import { useParams } from "@tanstack/react-router";
import { mayRead, useCatalog } from "@/catalog/catalog";
import { RecordPage } from "@/features/record/record-page";
import { NotFound } from "./errors";

export function RecordRoute() {
  const { plural, id } = useParams({ from: "/shell/o/$plural/$id" });
  const object = useCatalog().objectByPlural(plural);
  if (!object || !mayRead(object)) return <NotFound />;
  return <RecordPage key={`${object.name}/${id}`} object={object} id={id} />;
}
