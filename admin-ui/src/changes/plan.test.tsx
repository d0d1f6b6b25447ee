import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act } from "react";
import { createRoot } from "react-dom/client";
import { afterEach, expect, it, vi } from "vitest";
import { planChanges } from "@/api/metadata";
import { type Catalog, CatalogContext } from "@/catalog/catalog";
import { usePlan } from "./plan";

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
afterEach(() => vi.unstubAllGlobals());

const changes = [{ kind: "fields", name: "item.x", definition: { kind: "text" } }];

/** What the server was asked. */
function asked(): Record<string, unknown>[] {
  const found: Record<string, unknown>[] = [];
  vi.stubGlobal("fetch", async (_: string, init: RequestInit) => {
    found.push(JSON.parse(String(init.body)));
    return new Response(JSON.stringify({ data: { revision: 1, steps: [] } }), { status: 200 });
  });
  return found;
}

function Draft() {
  usePlan(changes);
  return null;
}

it("plans what is drafted without trying its steps", async () => {
  const found = asked();
  const root = createRoot(document.createElement("div"));
  await act(async () =>
    root.render(
      <QueryClientProvider client={new QueryClient()}>
        <CatalogContext value={{ revision: 1 } as unknown as Catalog}>
          <Draft />
        </CatalogContext>
      </QueryClientProvider>,
    ),
  );
  await vi.waitFor(() => expect(found).toHaveLength(1));
  expect(found[0]).toEqual({ changes, dry_run: true, allow_data_loss: true, try_steps: false });
  await act(async () => root.unmount());
});

it("tries them before they are made", async () => {
  const found = asked();
  await planChanges(changes);
  expect(found).toEqual([{ changes, dry_run: true, allow_data_loss: true }]);
});
