// The tenants of a reseller: a table, a way to a new one, and each with its plan, its use and its state.
import { Building2, Plus } from "lucide-react";
import { useState } from "react";
import { Pages, usePages } from "@/api/pages";
import type { Plan, Reseller, Tenant } from "@/api/resellers";
import { Empty, Tag } from "@/components/bits";
import { Button } from "@/components/button";
import { PageFrame, tableCell, tableHead } from "@/components/page-frame";
import { cx } from "@/lib/cx";
import { formatDate } from "@/lib/dates";
import { t } from "@/lib/i18n";
import { CopyDrawer } from "./copy-drawer";
import { NewTenant } from "./new-tenant";
import { TenantDrawer } from "./tenant-drawer";

interface TenantsProps {
  reseller: Reseller;
  plans: Plan[];
}

export const TENANTS = ["reseller", "tenants"];

export function Tenants({ reseller, plans }: TenantsProps) {
  const query = usePages(TENANTS, (cursor) => reseller.tenants(cursor));
  const [open, setOpen] = useState<"new" | string | null>(null);
  const [copied, setCopied] = useState<Tenant | null>(null);
  const add = (
    <Button look="solid" size="md" icon={<Plus size={15} />} onClick={() => setOpen("new")}>
      {t("New tenant")}
    </Button>
  );
  return (
    <PageFrame
      title={t("Tenants")}
      about={t("Each is a world of its own: its people, its objects, its records. A plan says how much it may use.")}
      action={query.data?.pages[0]?.data.length ? add : undefined}
    >
      <Pages query={query} what={t("The tenants")} more={t("Show more tenants")}>
        {(tenants) => {
          const shown = tenants.find((tenant) => tenant.id === open);
          return (
            <>
              {tenants.length === 0 ? (
                <Empty glyph={<Building2 size={28} className="text-text-3" />} title={t("No tenants yet")} action={add}>
                  {t("A tenant is there within seconds, with its packages and its first administrator.")}
                </Empty>
              ) : (
                <TenantTable tenants={tenants} plans={plans} onOpen={setOpen} />
              )}
              {shown && (
                <TenantDrawer
                  key={shown.id}
                  reseller={reseller}
                  plans={plans}
                  tenant={shown}
                  onCopy={() => {
                    setOpen(null);
                    setCopied(shown);
                  }}
                  onClose={() => setOpen(null)}
                />
              )}
            </>
          );
        }}
      </Pages>
      {open === "new" && <NewTenant reseller={reseller} plans={plans} onClose={() => setOpen(null)} />}
      {copied && <CopyDrawer reseller={reseller} tenant={copied} onClose={() => setCopied(null)} />}
    </PageFrame>
  );
}

export const planLabel = (plans: Plan[], name: string | null): string =>
  name === null ? t("No plan") : (plans.find((plan) => plan.name === name)?.label ?? name);

const STATES: Record<string, { label: string; color: string }> = {
  active: { label: "Open", color: "green" },
  suspended: { label: "Suspended", color: "orange" },
  pending_delete: { label: "To be deleted", color: "red" },
  creating: { label: "Being made", color: "gray" },
  deleting: { label: "Being deleted", color: "red" },
};

/** The day on which a tenant that waits for its end is deleted. */
export const endOf = (tenant: Tenant): string => (tenant.delete_at ? formatDate(tenant.delete_at.slice(0, 10)) : "");

/** What a tenant is in; what is not known here is named as the server names it. */
export function TenantState({ status }: { status: string }) {
  const state = STATES[status];
  return <Tag color={state?.color ?? "gray"}>{state ? t(state.label) : status}</Tag>;
}

interface TenantTableProps {
  tenants: Tenant[];
  plans: Plan[];
  onOpen: (id: string) => void;
}

function TenantTable({ tenants, plans, onOpen }: TenantTableProps) {
  return (
    <table className="w-full table-fixed border-collapse">
      <thead>
        <tr>
          <th scope="col" className={cx(tableHead, "w-[45%]")}>
            {t("Name")}
          </th>
          <th scope="col" className={tableHead}>
            {t("Plan")}
          </th>
          <th scope="col" className={cx(tableHead, "w-28")}>
            {t("State")}
          </th>
          <th scope="col" className={cx(tableHead, "hidden w-32 phone:table-cell")}>
            {t("Since")}
          </th>
        </tr>
      </thead>
      <tbody>
        {tenants.map((tenant) => (
          <tr key={tenant.id} className="hover:bg-hover" onClick={() => onOpen(tenant.id)}>
            <td className={tableCell}>
              <button
                type="button"
                className="block max-w-full rounded-tag text-start"
                onClick={(event) => {
                  event.stopPropagation();
                  onOpen(tenant.id);
                }}
              >
                <span className="block truncate font-medium">{tenant.name}</span>
                <span className="flex items-center gap-2">
                  <span className="truncate font-mono text-text-2 text-xs">{tenant.slug}</span>
                  {tenant.sandbox && <Tag color="yellow">{t("Sandbox")}</Tag>}
                </span>
              </button>
            </td>
            <td className={cx(tableCell, "truncate")}>{planLabel(plans, tenant.plan)}</td>
            <td className={tableCell}>
              <TenantState status={tenant.status} />
              {tenant.delete_at && (
                <span className="num block truncate text-text-2 text-xs">{t("on {day}", { day: endOf(tenant) })}</span>
              )}
            </td>
            <td className={cx(tableCell, "num hidden text-text-2 phone:table-cell")}>
              {formatDate(tenant.created_at.slice(0, 10))}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
