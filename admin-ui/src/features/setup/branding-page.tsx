// What the workspace looks like: its name, its logo and one colour; what it does not say is as its reseller has it.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { loadBranding, saveBranding, type TenantBrand } from "@/api/branding";
import { Loaded } from "@/api/loaded";
import { problemsByField } from "@/api/problem";
import { useCatalog } from "@/catalog/catalog";
import { BrandForm } from "@/components/brand-form";
import { useTitle } from "@/components/page-frame";
import { toast } from "@/components/toast";
import type { Brand } from "@/lib/brand";
import { t } from "@/lib/i18n";

export function BrandingPage() {
  const catalog = useCatalog();
  const query = useQuery({ queryKey: ["branding"], queryFn: ({ signal }) => loadBranding(signal) });
  useTitle(t("Branding"), t("Setup"), catalog.me.tenant.name);
  return (
    <Loaded query={query} what={t("The branding")}>
      {(brand) => <OwnBranding key={JSON.stringify(brand)} brand={brand} name={catalog.me.tenant.name} />}
    </Loaded>
  );
}

function OwnBranding({ brand: { defaults, ...own }, name }: { brand: TenantBrand; name: string }) {
  const client = useQueryClient();

  async function save(draft: Brand, changed: (keyof Brand)[]): Promise<Record<string, string>> {
    try {
      const patch = Object.fromEntries(changed.map((key) => [key, draft[key]]));
      client.setQueryData(["branding"], await saveBranding(patch));
      toast(t("Saved the branding"));
      return {};
    } catch (error) {
      return problemsByField(error);
    }
  }

  return (
    <BrandForm
      about={t("What people see when they sign in and while they work. It holds for everybody in this workspace.")}
      before={own}
      otherwise={{ ...defaults, name: defaults.name ?? name }}
      onSave={save}
    />
  );
}
