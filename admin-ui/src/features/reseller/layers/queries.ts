// What is asked of layers, in one place, since several parts look at the same.
import { useQuery } from "@tanstack/react-query";
import { usePages } from "@/api/pages";
import type { Reseller } from "@/api/resellers";

export const LAYERS = ["reseller", "layers"];
export const PACKAGES = ["reseller", "packages"];

/** How often one looks again while it is on its way to tenants. */
const SOON = 2000;

const moving = (waiting: number | undefined) => (waiting ? SOON : false);

export const useLayers = (reseller: Reseller) =>
  useQuery({
    queryKey: LAYERS,
    queryFn: () => reseller.layers(),
    refetchInterval: ({ state }) => moving(state.data?.reduce((sum, { tenants }) => sum + tenants.waiting, 0)),
  });

export const useLayer = (reseller: Reseller, name: string) =>
  useQuery({
    queryKey: [...LAYERS, name],
    queryFn: () => reseller.layer(name),
    refetchInterval: ({ state }) => moving(state.data?.tenants.waiting),
  });

export const usePackages = (reseller: Reseller) => useQuery({ queryKey: PACKAGES, queryFn: () => reseller.packages() });

export const usePackage = (reseller: Reseller, name: string) =>
  useQuery({ queryKey: [...PACKAGES, name], queryFn: () => reseller.package(name), retry: false });

/** What became of it in each tenant. */
export const useFates = (reseller: Reseller, name: string) =>
  usePages([...LAYERS, name, "tenants"], (cursor) => reseller.layerInTenants(name, cursor), {
    again: (pages) => (pages?.some((page) => page.data.some((one) => one.state === "waiting")) ? SOON : false),
  });
