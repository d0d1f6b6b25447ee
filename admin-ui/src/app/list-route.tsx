// The list at its address, with the record that is peeked at beside it.
import type { QueryClient } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useCallback, useEffect } from "react";
import { mayRead, useCatalog } from "@/catalog/catalog";
import { catalogQuery } from "@/catalog/load";
import { late } from "@/components/late";
import { askAhead } from "@/features/list/ask-ahead";
import { ListPage } from "@/features/list/list-page";
import type { ListSearch } from "@/features/list/list-search";
import { remember } from "@/lib/storage";
import { NotFound } from "./errors";

const RecordPeek = late(() => import("@/features/record/record-peek"), "RecordPeek", "over");

export function ListRoute() {
  const { plural } = useParams({ from: "/shell/o/$plural" });
  const search = useSearch({ from: "/shell/o/$plural" });
  const navigate = useNavigate();
  const object = useCatalog().objectByPlural(plural);

  useEffect(() => remember("last-list", plural), [plural]);

  const onSearch = useCallback(
    (patch: Partial<ListSearch>, push = false) =>
      navigate({ to: "/o/$plural", params: { plural }, search: (old) => ({ ...old, ...patch }), replace: !push }),
    [navigate, plural],
  );

  if (!object || !mayRead(object)) return <NotFound />;
  return (
    <>
      <ListPage key={object.name} object={object} search={search} onSearch={onSearch} />
      {search.peek && (
        <RecordPeek
          object={object}
          id={search.peek}
          onClose={() => onSearch({ peek: undefined })}
          onGo={(id) => onSearch({ peek: id })}
        />
      )}
    </>
  );
}

/** Asks for the records before the page around them is drawn. */
export async function prepareList(client: QueryClient, plural: string, search: ListSearch): Promise<void> {
  const catalog = await client.ensureQueryData(catalogQuery);
  const object = catalog.objectByPlural(plural);
  if (object && mayRead(object)) askAhead(catalog, object, search);
}
