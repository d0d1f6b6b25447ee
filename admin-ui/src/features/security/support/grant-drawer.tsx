// Letting the reseller in: for how long, as which roles, and whether records may be changed.
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { problemsByField } from "@/api/problem";
import { grantSupport } from "@/api/support";
import { Notice } from "@/components/bits";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { FieldFrame } from "@/components/field-frame";
import { Checkbox, TextInput } from "@/components/inputs";
import { Select } from "@/components/select";
import { toast } from "@/components/toast";
import { t } from "@/lib/i18n";
import { useRoles } from "../users/use-roles";

const HOURS = [1, 4, 24, 72];

interface GrantDrawerProps {
  reseller: string;
  /** What it asks for. */
  asked: string | undefined;
  onClose: () => void;
}

export function GrantDrawer({ reseller, asked, onClose }: GrantDrawerProps) {
  const client = useQueryClient();
  const choices = useRoles([]);
  const [hours, setHours] = useState("4");
  const [roles, setRoles] = useState(["user"]);
  const [writes, setWrites] = useState(false);
  const [reason, setReason] = useState(asked ?? "");
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState(false);

  async function grant() {
    if (roles.length === 0) return setErrors({ roles: t("This is needed.") });
    setBusy(true);
    try {
      const said = reason.trim();
      await grantSupport({
        hours: Number(hours),
        roles,
        access: writes ? "write" : "read",
        ...(said ? { reason: said } : {}),
      });
      await client.invalidateQueries({ queryKey: ["support-access"] });
      toast(t("{name} may sign in now", { name: reseller }));
      onClose();
    } catch (error) {
      setErrors(problemsByField(error));
      setBusy(false);
    }
  }

  const { roles: wrongRoles, reason: wrongReason, ...general } = errors;
  return (
    <Dialog
      shape="drawer"
      width="480px"
      title={t("Give {name} access", { name: reseller })}
      onClose={onClose}
      onSubmit={grant}
      footer={
        <>
          <Button size="md" onClick={onClose}>
            {t("Cancel")}
          </Button>
          <Button look="solid" size="md" type="submit" busy={busy}>
            {t("Give access")}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {Object.keys(general).length > 0 && (
          <Notice title={t("Access could not be given.")}>{Object.values(general).join(" ")}</Notice>
        )}
        <FieldFrame label={t("For how long")}>
          {(ids) => (
            <Select
              id={ids.id}
              label={t("For how long")}
              choices={HOURS.map((n) => ({ id: String(n), label: n === 1 ? t("One hour") : t("{n} hours", { n }) }))}
              value={[hours]}
              onChange={([next]) => setHours(next ?? hours)}
            />
          )}
        </FieldFrame>
        <FieldFrame
          label={t("As which roles")}
          required
          error={wrongRoles}
          hint={t("They see what these roles see. You cannot give more than you have.")}
        >
          {(ids) => (
            <Select
              id={ids.id}
              multiple
              label={t("As which roles")}
              describedBy={ids.describedBy}
              invalid={ids.invalid}
              choices={choices}
              value={roles}
              onChange={setRoles}
            />
          )}
        </FieldFrame>
        <label className="flex items-start gap-2">
          <Checkbox className="mt-0.5" checked={writes} onChange={(event) => setWrites(event.target.checked)} />
          <span>
            {t("They may change records")}
            <span className="block text-text-2 text-xs">
              {t("People, rights, security, the set-up and files stay out of their reach in any case.")}
            </span>
          </span>
        </label>
        <FieldFrame label={t("What for")} error={wrongReason}>
          {(ids) => (
            <TextInput
              id={ids.id}
              maxLength={500}
              aria-describedby={ids.describedBy}
              aria-invalid={ids.invalid || undefined}
              value={reason}
              onChange={(event) => setReason(event.target.value)}
            />
          )}
        </FieldFrame>
      </div>
    </Dialog>
  );
}
