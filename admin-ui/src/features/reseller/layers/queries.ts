// What is asked of layers, in one place, since several parts look at the same.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import type { Layer } from "@/api/layers";
import { usePages } from "@/api/pages";
import type { Reseller } from "@/api/resellers";

export const LAYERS = ["reseller", "layers"];
export const PACKAGES = ["reseller", "packages"];

/** How soon one looks again while it is on its way to tenants, and how much later each time: some may not be reached for days. */
const SOON = 2000;
const LATER = 200;
const LATEST = 30_000;

const moving = (waiting: number | undefined, looked: number) =>
  waiting ? Math.min(LATEST, SOON + looked * LATER) : false;

export const useLayers = (reseller: Reseller) =>
  useQuery({
    queryKey: LAYERS,
    queryFn: () => reseller.layers(),
    staleTime: 0,
    refetchInterval: ({ state }) =>
      moving(
        state.data?.reduce((sum, { tenants }) => sum + tenants.waiting, 0),
        state.dataUpdateCount,
      ),
  });

export const useLayer = (reseller: Reseller, name: string) =>
  useQuery({
    queryKey: [...LAYERS, name],
    queryFn: () => reseller.layer(name),
    staleTime: 0,
    refetchInterval: ({ state }) => moving(state.data?.tenants.waiting, state.dataUpdateCount),
  });

export const usePackages = (reseller: Reseller) => useQuery({ queryKey: PACKAGES, queryFn: () => reseller.packages() });

export const usePackage = (reseller: Reseller, name: string) =>
  useQuery({ queryKey: [...PACKAGES, name], queryFn: () => reseller.package(name), retry: false });

/** What became of it in each tenant, asked anew whenever it is told of more or fewer of them. */
export function useFates(reseller: Reseller, name: string, layer: Layer | undefined) {
  const client = useQueryClient();
  const key = [...LAYERS, name, "tenants"];
  // While it moves, every look has a key of its own: none outlives the one after it.
  client.setQueryDefaults(key, { gcTime: 0 });
  return usePages([...key, layer?.edition, layer?.tenants], (cursor) => reseller.layerInTenants(name, cursor), {
    keep: true,
    enabled: layer !== undefined,
  });
}
