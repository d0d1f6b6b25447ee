// A new tenant: its names, its plan, what is installed in it, and its first administrator.
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Problem, problemsByPath } from "@/api/problem";
import type { Founded, Plan, Reseller } from "@/api/resellers";
import { Notice } from "@/components/bits";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { FieldFrame } from "@/components/field-frame";
import { TextInput } from "@/components/inputs";
import { Select } from "@/components/select";
import { toast } from "@/components/toast";
import { t } from "@/lib/i18n";
import { slugOf } from "@/lib/text";
import { TENANTS } from "./tenants";

interface NewTenantProps {
  reseller: Reseller;
  plans: Plan[];
  onClose: () => void;
}

const BLANK = { name: "", slug: "", packages: "", "admin.name": "", "admin.email": "" };
type Key = keyof typeof BLANK;

export function NewTenant({ reseller, plans, onClose }: NewTenantProps) {
  const client = useQueryClient();
  const [draft, setDraft] = useState(BLANK);
  const [plan, setPlan] = useState(plans[0]?.name);
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState(false);
  const [once] = useState(() => crypto.randomUUID());
  const [attempt, setAttempt] = useState(0);
  const [founded, setFounded] = useState<Founded | null>(null);
  const slug = draft.slug || slugOf(draft.name);

  async function make() {
    if (founded) return onClose();
    const needed = (["name", "admin.name", "admin.email"] as const).filter((key) => !draft[key].trim());
    if (needed.length) return setErrors(Object.fromEntries(needed.map((key) => [key, t("This is needed.")])));
    setBusy(true);
    setErrors({});
    const wish = {
      slug,
      name: draft.name.trim(),
      ...(plan ? { plan } : {}),
      packages: draft.packages.split(/[\s,;]+/).filter(Boolean),
      admin: { email: draft["admin.email"].trim(), name: draft["admin.name"].trim() },
    };
    try {
      setFounded(await reseller.found(wish, `${once}-${attempt}`));
      await client.invalidateQueries({ queryKey: TENANTS, exact: true });
    } catch (error) {
      // What was refused may be wished for differently; what got no answer may have been done.
      if (error instanceof Problem && error.status !== 0) setAttempt(attempt + 1);
      setErrors(problemsByPath(error));
    }
    setBusy(false);
  }

  const text = (key: Key, label: string, more: { hint?: string; required?: boolean; type?: string } = {}) => (
    <FieldFrame label={label} required={more.required ?? false} hint={more.hint} error={errors[key]}>
      {(ids) => (
        <TextInput
          id={ids.id}
          type={more.type ?? "text"}
          data-autofocus={key === "name" || undefined}
          autoComplete="off"
          className={key === "slug" || key === "packages" ? "font-mono" : ""}
          aria-describedby={ids.describedBy}
          aria-invalid={ids.invalid || undefined}
          placeholder={key === "slug" ? slugOf(draft.name) : undefined}
          value={draft[key]}
          onChange={(event) => setDraft((d) => ({ ...d, [key]: event.target.value }))}
        />
      )}
    </FieldFrame>
  );
  const shown = new Set<string>([...Object.keys(BLANK), "plan"]);
  const general = Object.entries(errors).filter(([path]) => !shown.has(path));
  return (
    <Dialog
      shape="drawer"
      width="480px"
      title={founded ? t("The tenant is there") : t("New tenant")}
      onClose={onClose}
      onSubmit={make}
      footer={
        <>
          {!founded && (
            <Button size="md" onClick={onClose}>
              {t("Cancel")}
            </Button>
          )}
          <Button look="solid" size="md" type="submit" busy={busy}>
            {founded ? t("Done") : t("Make the tenant")}
          </Button>
        </>
      }
    >
      {founded ? (
        <Welcome founded={founded} />
      ) : (
        <div className="flex flex-col gap-4">
          {general.length > 0 && (
            <Notice title={t("The tenant could not be made.")}>{general.map(([, words]) => words).join(" ")}</Notice>
          )}
          {text("name", t("Name"), { required: true })}
          {text("slug", t("Short name"), { hint: t("In its address. It stays as it is.") })}
          <FieldFrame label={t("Plan")} error={errors.plan}>
            {(ids) => (
              <Select
                id={ids.id}
                label={t("Plan")}
                choices={plans.map((one) => ({ id: one.name, label: one.label }))}
                value={plan ? [plan] : []}
                onChange={(next) => setPlan(next[0] ?? plan)}
              />
            )}
          </FieldFrame>
          {text("packages", t("Packages"), {
            hint: t("Their names, with commas between. More can be installed later."),
          })}
          {text("admin.name", t("Name of its administrator"), { required: true })}
          {text("admin.email", t("Email of its administrator"), { required: true, type: "email" })}
        </div>
      )}
    </Dialog>
  );
}

/** The only moment at which the password that was made up can be read. */
function Welcome({ founded }: { founded: Founded }) {
  const { email, password } = founded.admin;
  const lines = [founded.login_url, email, ...(password ? [password] : [])];
  return (
    <div role="status" className="flex flex-col gap-4">
      <p className="text-text-2">
        {t("Its administrator signs in with these. The password is not shown again; it is to be changed at once.")}
      </p>
      <pre className="overflow-x-auto rounded-control bg-sunken p-3 font-mono text-xs leading-5">
        {lines.join("\n")}
      </pre>
      <Button
        look="outline"
        size="md"
        className="self-start"
        onClick={() => navigator.clipboard?.writeText(lines.join("\n")).then(() => toast(t("Copied")))}
      >
        {t("Copy")}
      </Button>
    </div>
  );
}
