// A sandbox of a tenant: what comes along, and who may sign in to it.
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { problemsByPath } from "@/api/problem";
import type { CopyWish, Reseller, Tenant } from "@/api/resellers";
import { Notice } from "@/components/bits";
import { Button } from "@/components/button";
import { BLANK_COPY, COPY_FIELDS, CopyFields, copyWish } from "@/components/copy-fields";
import { Dialog } from "@/components/dialog";
import { FieldFrame } from "@/components/field-frame";
import { TextInput } from "@/components/inputs";
import { Select } from "@/components/select";
import { toast } from "@/components/toast";
import { t } from "@/lib/i18n";
import { COPIES } from "./copies";

type Passwords = CopyWish["passwords"];

const PASSWORDS: { id: Passwords; label: string }[] = [
  { id: "none", label: "Nobody's" },
  { id: "administrators", label: "Those of administrators" },
  { id: "all", label: "Everybody's" },
];

const ADMIN = { "admin.email": "", "admin.name": "", "admin.password": "" };
type AdminKey = keyof typeof ADMIN;

interface CopyDrawerProps {
  reseller: Reseller;
  tenant: Tenant;
  onClose: () => void;
}

export function CopyDrawer({ reseller, tenant, onClose }: CopyDrawerProps) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [draft, setDraft] = useState(BLANK_COPY);
  const [passwords, setPasswords] = useState<Passwords>("none");
  const [admin, setAdmin] = useState(ADMIN);
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState(false);

  async function ask() {
    const named = Object.values(admin).some((text) => text.trim());
    const name = admin["admin.name"].trim();
    setBusy(true);
    setErrors({});
    try {
      const copy = await reseller.copy(tenant.id, {
        ...copyWish(draft, tenant.slug),
        passwords,
        ...(named && {
          admin: {
            email: admin["admin.email"].trim(),
            password: admin["admin.password"],
            ...(name ? { name } : {}),
          },
        }),
      });
      await client.invalidateQueries({ queryKey: COPIES });
      toast(t("{name} is being made", { name: copy.tenant.name }));
      onClose();
      await navigate({ to: "/tenants", search: { tab: "sandboxes" } });
    } catch (error) {
      setErrors(problemsByPath(error));
      setBusy(false);
    }
  }

  const line = (key: AdminKey, label: string, type: string) => (
    <FieldFrame label={label} error={errors[key]}>
      {(ids) => (
        <TextInput
          id={ids.id}
          type={type}
          autoComplete={type === "password" ? "new-password" : "off"}
          aria-describedby={ids.describedBy}
          aria-invalid={ids.invalid || undefined}
          value={admin[key]}
          onChange={(event) => setAdmin((a) => ({ ...a, [key]: event.target.value }))}
        />
      )}
    </FieldFrame>
  );
  const shown = new Set([...COPY_FIELDS, "passwords", ...Object.keys(ADMIN)]);
  const general = Object.entries(errors).filter(([path]) => !shown.has(path));
  return (
    <Dialog
      shape="drawer"
      width="480px"
      title={t("Sandbox of {name}", { name: tenant.name })}
      onClose={onClose}
      onSubmit={ask}
      footer={
        <>
          <Button size="md" onClick={onClose}>
            {t("Cancel")}
          </Button>
          <Button look="solid" size="md" type="submit" busy={busy}>
            {t("Make the sandbox")}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {general.length > 0 && (
          <Notice title={t("The sandbox could not be made.")}>{general.map(([, words]) => words).join(" ")}</Notice>
        )}
        <CopyFields
          draft={draft}
          errors={errors}
          of={tenant}
          onChange={(patch) => setDraft((d) => ({ ...d, ...patch }))}
        />
        <h3 className="mt-2 font-semibold">{t("Who gets in")}</h3>
        <FieldFrame
          label={t("Passwords that come along")}
          hint={t("Everybody else comes along without one, and nobody with keys, sessions or providers.")}
          error={errors.passwords}
        >
          {(ids) => (
            <Select
              id={ids.id}
              label={t("Passwords that come along")}
              describedBy={ids.describedBy}
              invalid={ids.invalid}
              choices={PASSWORDS.map(({ id, label }) => ({ id, label: t(label) }))}
              value={[passwords]}
              onChange={([next]) => setPasswords((next as Passwords) ?? passwords)}
            />
          )}
        </FieldFrame>
        <p className="text-text-2 text-xs">{t("An administrator of its own, if somebody else is to look after it:")}</p>
        {line("admin.email", t("Email"), "email")}
        {line("admin.name", t("Name of its administrator"), "text")}
        {line("admin.password", t("Password"), "password")}
      </div>
    </Dialog>
  );
}
