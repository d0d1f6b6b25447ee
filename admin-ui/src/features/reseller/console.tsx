// The console once a key has opened it: its parts as tabs, each with an address of its own.
import { useQueryClient } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { LogOut } from "lucide-react";
import { useEffect } from "react";
import type { Plan, Reseller } from "@/api/resellers";
import { Button } from "@/components/button";
import { late } from "@/components/late";
import { LinkTabs } from "@/components/link-tabs";
import { Logo } from "@/components/logo";
import { useTitle } from "@/components/page-frame";
import { t } from "@/lib/i18n";
import { Activity } from "./activity";
import { Branding } from "./branding";
import { Certificates } from "./certificates";
import { CommissionReport } from "./commission";
import type { ConsoleTab } from "./console-tabs";
import { Copies } from "./copies";
import { mayClose } from "./layers/use-leaving";
import { PlansTable } from "./plans";
import { Tenants } from "./tenants";
import { WebhookDetail } from "./webhooks/webhook-detail";
import { Webhooks } from "./webhooks/webhooks";

const Layers = late(() => import("./layers/layers"), "Layers", "page", "px-4 phone:px-8");

interface ConsoleProps {
  reseller: Reseller;
  plans: Plan[];
  onLeave: () => void;
}

const TABS: { id: ConsoleTab | "tenants"; label: string }[] = [
  { id: "tenants", label: "Tenants" },
  { id: "sandboxes", label: "Sandboxes" },
  { id: "branding", label: "Branding" },
  { id: "layers", label: "Layers" },
  { id: "webhooks", label: "Webhooks" },
  { id: "commission", label: "Commission" },
  { id: "plans", label: "Plans" },
  { id: "activity", label: "Activity" },
  { id: "deleted", label: "Deleted" },
];

export function Console({ reseller, plans, onLeave }: ConsoleProps) {
  const client = useQueryClient();
  const { tab, webhook } = useSearch({ from: "/tenants" });
  const current = tab ?? "tenants";
  const tabs = TABS.map((one) => ({ ...one, label: t(one.label) }));
  // What one part shows another may have changed meanwhile: whoever comes back sees it anew.
  // biome-ignore lint/correctness/useExhaustiveDependencies: every part that is left is a reason.
  useEffect(
    () => () => void client.invalidateQueries({ queryKey: ["reseller"], refetchType: "none" }),
    [client, current],
  );
  useTitle(tabs.find((one) => one.id === current)?.label ?? "", "Trellis");
  return (
    <div className="flex min-h-full flex-col bg-surface">
      <header className="flex shrink-0 flex-wrap items-end gap-x-4 border-line border-b px-4 phone:px-8">
        <span className="flex h-12 items-center">
          <Logo size={22} />
        </span>
        <div className="order-last min-w-0 basis-full phone:order-none phone:flex-1 phone:basis-0">
          <LinkTabs
            bare
            label={t("Parts of the console")}
            tabs={tabs}
            current={current}
            link={({ id }, props) => (
              <Link
                key={id}
                to="/tenants"
                search={id === "tenants" ? {} : { tab: id as ConsoleTab }}
                activeOptions={{ exact: true }}
                {...props}
              />
            )}
          />
        </div>
        <span className="ms-auto flex h-12 items-center">
          <Button size="md" icon={<LogOut size={14} />} onClick={async () => (await mayClose()) && onLeave()}>
            {t("Close")}
          </Button>
        </span>
      </header>
      <main className="flex min-h-0 flex-1">
        {current === "tenants" && <Tenants reseller={reseller} plans={plans} />}
        {current === "sandboxes" && <Copies reseller={reseller} />}
        {current === "branding" && <Branding reseller={reseller} />}
        {current === "layers" && <Layers reseller={reseller} />}
        {current === "webhooks" && !webhook && <Webhooks reseller={reseller} />}
        {current === "webhooks" && webhook && <WebhookDetail key={webhook} reseller={reseller} id={webhook} />}
        {current === "commission" && <CommissionReport reseller={reseller} plans={plans} />}
        {current === "plans" && <PlansTable plans={plans} />}
        {current === "activity" && <Activity reseller={reseller} />}
        {current === "deleted" && <Certificates reseller={reseller} />}
      </main>
    </div>
  );
}
