// One tenant: its name and plan, what it uses of the plan, shutting and opening it, and its end.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Ban, ExternalLink, RotateCcw, Trash2 } from "lucide-react";
import { useState } from "react";
import { Loaded } from "@/api/loaded";
import { messageOf, problemsByField } from "@/api/problem";
import type { Plan, Reseller, Tenant } from "@/api/resellers";
import { Notice } from "@/components/bits";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { FieldFrame } from "@/components/field-frame";
import { TextInput } from "@/components/inputs";
import { Select } from "@/components/select";
import { toast, toastError } from "@/components/toast";
import { t } from "@/lib/i18n";
import { SupportSignIn } from "./support-sign-in";
import { TenantSettings } from "./tenant-settings";
import { endOf, TENANTS, TenantState } from "./tenants";
import { UsageView } from "./usage";

interface TenantDrawerProps {
  reseller: Reseller;
  plans: Plan[];
  tenant: Tenant;
  onCopy: () => void;
  onClose: () => void;
}

export function TenantDrawer({ reseller, plans, tenant, onCopy, onClose }: TenantDrawerProps) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [name, setName] = useState(tenant.name);
  const [plan, setPlan] = useState(tenant.plan);
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState(false);
  const [asked, setAsked] = useState<"suspend" | "end" | "now" | null>(null);
  const [typed, setTyped] = useState("");
  const waits = tenant.status === "pending_delete";
  const whole = waits || tenant.status === "active" || tenant.status === "suspended";
  const usage = useQuery({
    queryKey: [...TENANTS, tenant.id, "usage", tenant.plan],
    queryFn: () => reseller.usage(tenant.id),
    enabled: whole,
  });

  async function run<T>(
    work: () => Promise<T>,
    words: (done: T) => string,
    action?: { label: string; run: () => unknown },
  ) {
    setBusy(true);
    try {
      const done = await work();
      await client.invalidateQueries({ queryKey: TENANTS, exact: true });
      toast(words(done), action ? { action } : {});
      onClose();
    } catch (error) {
      setBusy(false);
      setErrors(problemsByField(error));
    }
  }

  function save() {
    if (!name.trim()) return setErrors({ name: t("This is needed.") });
    const patch = {
      ...(name.trim() === tenant.name ? {} : { name: name.trim() }),
      ...(plan === tenant.plan || !plan ? {} : { plan }),
    };
    if (Object.keys(patch).length === 0) return onClose();
    return run(
      () => reseller.change(tenant.id, patch),
      () => t("Saved {name}", { name: name.trim() }),
    );
  }

  const { name: wrongName, plan: wrongPlan, ...general } = errors;
  return (
    <Dialog
      shape="drawer"
      width="520px"
      title={tenant.name}
      mark={<TenantState status={tenant.status} />}
      onClose={onClose}
      onSubmit={save}
      footer={
        <>
          {tenant.status === "active" && (
            <Button look="danger-ghost" size="md" icon={<Ban size={14} />} onClick={() => setAsked("suspend")}>
              {t("Suspend")}
            </Button>
          )}
          {tenant.status === "suspended" && (
            <Button
              look="outline"
              size="md"
              icon={<RotateCcw size={14} />}
              onClick={() =>
                run(
                  () => reseller.open(tenant.id, true),
                  () => t("{name} is open again", { name: tenant.name }),
                )
              }
            >
              {t("Open again")}
            </Button>
          )}
          {whole && !waits && (
            <Button look="danger-ghost" size="md" icon={<Trash2 size={14} />} onClick={() => setAsked("end")}>
              {t("Delete")}
            </Button>
          )}
          <Button
            look="danger-ghost"
            size="md"
            className="me-auto"
            icon={<Trash2 size={14} />}
            onClick={() => setAsked("now")}
          >
            {t("Delete at once")}
          </Button>
          <Button look="solid" size="md" type="submit" busy={busy}>
            {t("Save")}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {Object.keys(general).length > 0 && (
          <Notice title={t("The tenant could not be changed.")}>{Object.values(general).join(" ")}</Notice>
        )}
        {waits && (
          <Notice
            tone="warning"
            title={t("{name} is shut now and deleted on {day}", { name: tenant.name, day: endOf(tenant) })}
            action={
              <Button
                look="outline"
                busy={busy}
                icon={<RotateCcw size={14} />}
                onClick={() =>
                  run(
                    () => reseller.restore(tenant.id),
                    () => t("{name} is back as it was", { name: tenant.name }),
                  )
                }
              >
                {t("Restore")}
              </Button>
            }
          >
            {t("Until then everything is kept, and it can be brought back as it was.")}
          </Notice>
        )}
        {asked === "suspend" && (
          <Notice
            tone="warning"
            title={t("Suspend {name}?", { name: tenant.name })}
            action={
              <Button
                look="danger"
                onClick={() =>
                  run(
                    () => reseller.open(tenant.id, false),
                    () => t("{name} is suspended", { name: tenant.name }),
                  )
                }
              >
                {t("Suspend now")}
              </Button>
            }
          >
            {t("Nobody gets in from the next request on, people and programs alike. Everything is kept.")}
          </Notice>
        )}
        {asked === "end" && (
          <Notice
            tone="warning"
            title={t("Delete {name}?", { name: tenant.name })}
            action={
              <Button
                look="danger"
                busy={busy}
                onClick={() =>
                  run(
                    () => reseller.end(tenant.id),
                    (ended) => t("{name} is shut now and deleted on {day}", { name: tenant.name, day: endOf(ended) }),
                  )
                }
              >
                {t("Shut and delete it")}
              </Button>
            }
          >
            {t("It is shut now, and everything is kept for a while (30 days, unless it was set otherwise).")}{" "}
            {t("Until then everything is kept, and it can be brought back as it was.")}
          </Notice>
        )}
        {asked === "now" && (
          <Notice
            title={t("Delete {name} at once?", { name: tenant.name })}
            action={
              <Button
                look="danger"
                disabled={typed !== tenant.slug}
                busy={busy}
                onClick={() =>
                  run(
                    () => reseller.removeNow(tenant.id),
                    () => t("Deleted {name} for good", { name: tenant.name }),
                    { label: t("Certificate"), run: () => navigate({ to: "/tenants", search: { tab: "deleted" } }) },
                  )
                }
              >
                {t("Delete for good")}
              </Button>
            }
          >
            <p>{t("Its people, objects and records are gone at once and do not come back.")}</p>
            <label className="mt-2 block text-xs">
              {t("Type {slug} to go on", { slug: tenant.slug })}
              <TextInput
                className="mt-1 font-mono"
                spellCheck={false}
                value={typed}
                onChange={(event) => setTyped(event.target.value)}
              />
            </label>
          </Notice>
        )}
        <FieldFrame label={t("Name")} required error={wrongName}>
          {(ids) => (
            <TextInput
              id={ids.id}
              data-autofocus
              maxLength={200}
              aria-describedby={ids.describedBy}
              aria-invalid={ids.invalid || undefined}
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </FieldFrame>
        <FieldFrame label={t("Plan")} error={wrongPlan}>
          {(ids) => (
            <Select
              id={ids.id}
              label={t("Plan")}
              placeholder={t("No plan")}
              choices={plans.map((one) => ({ id: one.name, label: one.label }))}
              value={plan ? [plan] : []}
              onChange={(next) => setPlan(next[0] ?? plan)}
            />
          )}
        </FieldFrame>
        <p className="flex flex-wrap items-center gap-x-3 gap-y-1 text-text-2 text-xs">
          <span className="font-mono">{tenant.slug}</span>
          <a
            href={tenant.login_url}
            target="_blank"
            rel="noopener noreferrer"
            className="inline-flex items-center gap-1 text-accent-text underline underline-offset-2"
          >
            {t("Its sign-in")} <ExternalLink size={12} aria-hidden="true" />
          </a>
          <Button
            onClick={() =>
              navigator.clipboard
                ?.writeText(tenant.login_url)
                .then(() => toast(t("Copied")))
                .catch((error) => toastError(messageOf(error)))
            }
          >
            {t("Copy the address")}
          </Button>
        </p>
        {tenant.status === "active" && <SupportSignIn reseller={reseller} tenant={tenant} />}
        {whole && (
          <Loaded query={usage} what={t("What it uses")}>
            {(data) => <UsageView usage={data} />}
          </Loaded>
        )}
        {whole && <TenantSettings reseller={reseller} plans={plans} tenant={tenant} onCopy={onCopy} />}
      </div>
    </Dialog>
  );
}
