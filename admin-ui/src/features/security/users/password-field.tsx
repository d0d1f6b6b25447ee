// A password that an administrator sets for somebody: typed, or made up and copied.
import { Copy, Dices } from "lucide-react";
import { IconButton } from "@/components/button";
import { FieldFrame } from "@/components/field-frame";
import { TextInput } from "@/components/inputs";
import { toast } from "@/components/toast";
import { t } from "@/lib/i18n";
import { makePassword, type PersonDraft } from "./person-draft";

interface PasswordFieldProps {
  draft: PersonDraft;
  existing: boolean;
  error: string | undefined;
  onChange: (patch: Partial<PersonDraft>) => void;
}

export function PasswordField({ draft, existing, error, onChange }: PasswordFieldProps) {
  return (
    <FieldFrame
      label={existing ? t("New password") : t("Password")}
      hint={
        existing
          ? t("Left empty, it stays as it is.")
          : t("Hand it over in person; without one they cannot sign in yet.")
      }
      error={error}
    >
      {(ids) => (
        <span className="flex items-center gap-1">
          <TextInput
            id={ids.id}
            autoComplete="new-password"
            spellCheck={false}
            className="font-mono text-xs"
            aria-describedby={ids.describedBy}
            aria-invalid={ids.invalid || undefined}
            value={draft.password}
            onChange={(e) => onChange({ password: e.target.value })}
          />
          <IconButton label={t("Make up a password")} onClick={() => onChange({ password: makePassword() })}>
            <Dices size={15} />
          </IconButton>
          <IconButton
            label={t("Copy the password")}
            disabled={!draft.password}
            onClick={() => navigator.clipboard?.writeText(draft.password).then(() => toast(t("Copied the password")))}
          >
            <Copy size={14} />
          </IconButton>
        </span>
      )}
    </FieldFrame>
  );
}
