// Providers by which people sign in: a list, and a form for one of them.
import { useQuery } from "@tanstack/react-query";
import { BadgeCheck, Plus } from "lucide-react";
import { useState } from "react";
import { Loaded } from "@/api/loaded";
import { listProviders, type Provider } from "@/api/providers";
import { useCatalog } from "@/catalog/catalog";
import { Empty } from "@/components/bits";
import { Button } from "@/components/button";
import { PageFrame, useTitle } from "@/components/page-frame";
import { t } from "@/lib/i18n";
import { ProviderDrawer } from "./provider-drawer";

export function ProvidersPage() {
  const catalog = useCatalog();
  const query = useQuery({ queryKey: ["sign-in-providers"], queryFn: ({ signal }) => listProviders(signal) });
  const [open, setOpen] = useState<Provider | "new" | null>(null);
  useTitle(t("Sign-in providers"), t("Setup"), catalog.me.tenant.name);
  const add = (
    <Button look="solid" size="md" icon={<Plus size={15} />} onClick={() => setOpen("new")}>
      {t("New provider")}
    </Button>
  );
  return (
    <PageFrame
      title={t("Sign-in providers")}
      about={t("Where people are known already: with OpenID Connect they sign in there, and come in here.")}
      action={query.data?.length ? add : undefined}
    >
      <Loaded query={query} what={t("The providers")}>
        {(list) =>
          list.length === 0 ? (
            <Empty glyph={<BadgeCheck size={28} className="text-text-3" />} title={t("No providers yet")} action={add}>
              {t("Such as Keycloak, Google or Microsoft Entra. Until there is one, people sign in by password.")}
            </Empty>
          ) : (
            <ul className="divide-y divide-line border-line border-y">
              {list.map((provider) => (
                <li key={provider.name}>
                  <button
                    type="button"
                    className="flex w-full items-center gap-3 px-1.5 py-2.5 text-start hover:bg-hover"
                    onClick={() => setOpen(provider)}
                  >
                    <BadgeCheck size={17} aria-hidden="true" className="shrink-0 text-text-3" />
                    <span className="min-w-0 flex-1">
                      <span className="block truncate font-medium">{provider.label}</span>
                      <span className="block truncate font-mono text-text-2 text-xs">{provider.issuer}</span>
                    </span>
                    {!provider.active && <span className="text-text-2 text-xs">{t("Not used")}</span>}
                  </button>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
      {open && (
        <ProviderDrawer
          key={open === "new" ? "new" : open.name}
          provider={open === "new" ? undefined : open}
          onClose={() => setOpen(null)}
        />
      )}
    </PageFrame>
  );
}
