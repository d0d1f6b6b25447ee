// What a page shows is asked for while its scripts and the catalog are on their way, before anything is drawn. Nothing
// waits for it: what goes wrong is told by the page, which asks for the same.
import type { QueryClient } from "@tanstack/react-query";
import type { ListSearch } from "@/features/list/list-search";

type Cause = "enter" | "stay" | "preload";

const quietly = (work: Promise<void>): void => void work.catch(() => {});

export function listInAdvance(cause: Cause, client: QueryClient, plural: string, search: ListSearch): void {
  if (cause === "enter") quietly(import("./list-route").then((page) => page.prepareList(client, plural, search)));
}

export function recordInAdvance(cause: Cause, client: QueryClient, plural: string, id: string): void {
  if (cause !== "preload") quietly(import("./record-route").then((page) => page.prepareRecord(client, plural, id)));
}

export function roleInAdvance(cause: Cause, client: QueryClient, kind: string): void {
  if (cause !== "preload")
    quietly(import("@/features/security/roles/role-page").then((page) => page.prepareRole(client, kind)));
}
