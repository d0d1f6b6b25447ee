// Loads who is signed in and what exists, and keeps both fresh.
import { queryOptions, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { load } from "@/api/client";
import { loadMe } from "@/api/session";
import { chosen } from "@/lib/i18n";
import { Catalog } from "./catalog";
import type { Bootstrap } from "./types";

const KEY = ["catalog"];

const catalogIn = (language: string | undefined, key: string[]) =>
  queryOptions({
    queryKey: key,
    queryFn: async ({ signal }) => {
      const [me, bootstrap] = await Promise.all([
        loadMe(signal),
        load<{ data: Bootstrap }>("/metadata/v1/bootstrap", { language }, signal),
      ]);
      return new Catalog(bootstrap.data, me);
    },
    staleTime: 30_000,
    refetchOnWindowFocus: true,
    structuralSharing: false,
  });

/** What exists, in the person's language as far as it is known in it. */
export const catalogQuery = catalogIn(chosen, KEY);

/** The same as it is written: who changes definitions must see what stands in them. */
export const writtenQuery = catalogIn(undefined, [...KEY, "written"]);

/** Whether the two differ. */
export const isTranslated = (catalog: Catalog): boolean => {
  const base = chosen?.split("-")[0];
  return catalog.languages.some((one) => one.split("-")[0] === base);
};

/** Loads the catalog anew after a change of metadata, and waits for it. */
export function useReloadCatalog(): () => Promise<void> {
  const client = useQueryClient();
  return useCallback(() => client.invalidateQueries({ queryKey: KEY }), [client]);
}
