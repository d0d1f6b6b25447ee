// What tenants look like where they say nothing themselves: the form that each of them has for its own looks.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Loaded } from "@/api/loaded";
import { problemsByField } from "@/api/problem";
import type { Reseller } from "@/api/resellers";
import { BrandForm } from "@/components/brand-form";
import { toast } from "@/components/toast";
import { type Brand, PLAIN } from "@/lib/brand";
import { t } from "@/lib/i18n";

const BRANDING = ["reseller", "branding"];

export function Branding({ reseller }: { reseller: Reseller }) {
  const client = useQueryClient();
  const query = useQuery({ queryKey: BRANDING, queryFn: () => reseller.branding() });

  async function save(draft: Brand): Promise<Record<string, string>> {
    try {
      const says = Object.values(draft).some((value) => value !== null);
      client.setQueryData(BRANDING, says ? await reseller.saveBranding(draft) : await emptied(reseller));
      toast(t("Saved the branding"));
      return {};
    } catch (error) {
      return problemsByField(error);
    }
  }

  return (
    <Loaded query={query} what={t("The branding")}>
      {(brand) => (
        <BrandForm
          key={JSON.stringify(brand)}
          about={t(
            "What people see in your tenants wherever a tenant says nothing itself, before they sign in too. It holds at once, for all of them.",
          )}
          before={brand}
          otherwise={{ ...PLAIN, name: t("The tenant's name") }}
          onSave={save}
        />
      )}
    </Loaded>
  );
}

async function emptied(reseller: Reseller): Promise<Brand> {
  await reseller.removeBranding();
  return PLAIN;
}
