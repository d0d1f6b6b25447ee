// Components of one kind, and changing one of them: the catalog of a moment later is there when the answer is.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { applyChanges, listComponents } from "@/api/metadata";
import { useReloadCatalog } from "@/catalog/load";

export function useComponents<T>(kind: string) {
  return useQuery({ queryKey: ["components", kind], queryFn: ({ signal }) => listComponents<T>(kind, signal) });
}

/** Saves a component (or deletes it, with null) with a note for the history, and brings what is on screen up to date. */
export function useSaveComponent(kind: string) {
  const client = useQueryClient();
  const reload = useReloadCatalog();
  return useCallback(
    async (name: string, definition: Record<string, unknown> | null, message: string) => {
      await applyChanges([{ kind, name, definition }], message);
      await Promise.all([client.invalidateQueries({ queryKey: ["components", kind] }), reload()]);
    },
    [client, kind, reload],
  );
}

/** A definition without what is empty and what the server adds by itself. */
export function cleaned(draft: Record<string, unknown>): Record<string, unknown> {
  const added = new Set(["name", "id", "package", "custom", "system"]);
  return Object.fromEntries(
    Object.entries(draft).filter(
      ([key, value]) =>
        !added.has(key) &&
        value !== undefined &&
        value !== null &&
        value !== "" &&
        !(Array.isArray(value) && value.length === 0),
    ),
  );
}
