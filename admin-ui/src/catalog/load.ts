// Loads who is signed in and what exists, and keeps both fresh.
import { queryOptions, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { load } from "@/api/client";
import { loadMe } from "@/api/session";
import { Catalog } from "./catalog";
import type { Bootstrap } from "./types";

export const catalogQuery = queryOptions({
  queryKey: ["catalog"],
  queryFn: async ({ signal }) => {
    const [me, bootstrap] = await Promise.all([
      loadMe(signal),
      load<{ data: Bootstrap }>("/metadata/v1/bootstrap", undefined, signal),
    ]);
    return new Catalog(bootstrap.data, me);
  },
  staleTime: 30_000,
  refetchOnWindowFocus: true,
  structuralSharing: false,
});

/** Loads the catalog anew after a change of metadata, and waits for it. */
export function useReloadCatalog(): () => Promise<void> {
  const client = useQueryClient();
  return useCallback(() => client.invalidateQueries({ queryKey: catalogQuery.queryKey }), [client]);
}
