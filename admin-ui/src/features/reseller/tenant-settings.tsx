// What holds for one tenant at once: whether it sends anything, what it has otherwise than its plan, and its hosts.
import { useQueryClient } from "@tanstack/react-query";
import { FlaskConical } from "lucide-react";
import { useState } from "react";
import { messageOf } from "@/api/problem";
import type { Feature, Plan, Reseller, Tenant, TenantPatch } from "@/api/resellers";
import { Button } from "@/components/button";
import { Switch } from "@/components/inputs";
import { Select } from "@/components/select";
import { toast, toastError } from "@/components/toast";
import { t } from "@/lib/i18n";
import { FEATURES } from "./feature-words";
import { Hosts } from "./hosts";
import { planHas } from "./plans";
import { TENANTS } from "./tenants";

interface TenantSettingsProps {
  reseller: Reseller;
  plans: Plan[];
  tenant: Tenant;
  onCopy: () => void;
}

export function TenantSettings({ reseller, plans, tenant, onCopy }: TenantSettingsProps) {
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const plan = plans.find((one) => one.name === tenant.plan);
  const refresh = () => client.invalidateQueries({ queryKey: TENANTS, exact: true });

  async function change(patch: TenantPatch) {
    setBusy(true);
    try {
      await reseller.change(tenant.id, patch);
      await refresh();
      toast(t("Saved {name}", { name: tenant.name }));
    } catch (error) {
      toastError(messageOf(error));
    }
    setBusy(false);
  }

  return (
    <>
      <section aria-label={t("Features")} className="flex flex-col gap-2">
        <h3 className="font-semibold">{t("Features")}</h3>
        <ul className="divide-y divide-line border-line border-y">
          {FEATURES.map((feature) => (
            <FeatureRow
              key={feature.id}
              {...feature}
              has={tenant.features?.[feature.id] ?? true}
              planned={planHas(plan, feature.id)}
              busy={busy}
              onChange={(has) => change({ features: { [feature.id]: has } })}
            />
          ))}
        </ul>
      </section>
      <section aria-label={t("By itself")} className="flex items-start gap-3">
        <span className="min-w-0 flex-1">
          <span className="block font-semibold">{t("Sends and acts by itself")}</span>
          <span className="block text-text-2 text-xs">
            {t("Mails, and transitions that are taken because time has passed. A sandbox begins without.")}
          </span>
        </span>
        <Switch
          label={t("Sends and acts by itself")}
          checked={!tenant.quiet}
          disabled={busy}
          onChange={(acts) => change({ quiet: !acts })}
        />
      </section>
      <Hosts reseller={reseller} tenant={tenant} onChanged={refresh} />
      {tenant.sandbox ? (
        <p className="text-text-2 text-xs">
          {t("It is a sandbox, and goes when the tenant goes that it is a copy of.")}
        </p>
      ) : (
        <section aria-label={t("Sandboxes")} className="flex items-start gap-3">
          <span className="min-w-0 flex-1">
            <span className="block font-semibold">{t("Sandboxes")}</span>
            <span className="block text-text-2 text-xs">{t("A copy of it, to try things in.")}</span>
          </span>
          <Button look="outline" icon={<FlaskConical size={13} />} onClick={onCopy}>
            {t("Make a sandbox")}
          </Button>
        </section>
      )}
    </>
  );
}

interface FeatureRowProps {
  id: Feature;
  label: string;
  about: string;
  has: boolean;
  planned: boolean;
  busy: boolean;
  onChange: (has: boolean | null) => void;
}

/** What is as the plan says is shown as that, also where somebody has said the same of this tenant. */
function FeatureRow({ label, about, has, planned, busy, onChange }: FeatureRowProps) {
  const choices = [
    { id: "plan", label: planned ? t("As the plan: on") : t("As the plan: off") },
    { id: "on", label: t("On") },
    { id: "off", label: t("Off") },
  ];
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 py-2">
      <span className="min-w-0 flex-1 basis-40">
        <span className="block font-medium">{t(label)}</span>
        <span className="block text-text-2 text-xs">{t(about)}</span>
      </span>
      <Select
        className="w-40"
        label={t(label)}
        disabled={busy}
        choices={choices}
        value={[has === planned ? "plan" : has ? "on" : "off"]}
        onChange={([next]) => onChange(next === "plan" ? null : next === "on")}
      />
    </li>
  );
}
