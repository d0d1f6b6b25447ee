// A new password, for who knows the one before.
import { useState } from "react";
import { problemsByField } from "@/api/problem";
import { changePassword } from "@/api/security";
import { Button } from "@/components/button";
import { FieldFrame } from "@/components/field-frame";
import { TextInput } from "@/components/inputs";
import { toast } from "@/components/toast";
import { t } from "@/lib/i18n";

const BLANK = { password: "", new_password: "", again: "" };

export function Password() {
  const [draft, setDraft] = useState(BLANK);
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState(false);

  async function save() {
    const wrong: Record<string, string> = {
      ...(draft.password ? {} : { password: t("Enter your present password.") }),
      ...(draft.new_password ? {} : { new_password: t("Enter a new password.") }),
      ...(draft.again === draft.new_password ? {} : { again: t("The two are not the same.") }),
    };
    setErrors(wrong);
    if (Object.keys(wrong).length) return;
    setBusy(true);
    try {
      await changePassword(draft.password, draft.new_password);
      setDraft(BLANK);
      toast(t("Password changed. Other sessions have ended."));
    } catch (error) {
      setErrors(problemsByField(error));
    }
    setBusy(false);
  }

  const line = (name: keyof typeof BLANK, label: string, complete: string) => (
    <FieldFrame label={label} error={errors[name]}>
      {(ids) => (
        <TextInput
          id={ids.id}
          type="password"
          autoComplete={complete}
          aria-describedby={ids.describedBy}
          aria-invalid={ids.invalid || undefined}
          value={draft[name]}
          onChange={(event) => setDraft((d) => ({ ...d, [name]: event.target.value }))}
        />
      )}
    </FieldFrame>
  );
  const { password: _, new_password: __, again: ___, ...general } = errors;
  return (
    <section aria-label={t("Password")}>
      <h2 className="mb-2 font-semibold text-base">{t("Password")}</h2>
      <form
        noValidate
        className="grid max-w-3xl gap-3 phone:grid-cols-3"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        {line("password", t("Present password"), "current-password")}
        {line("new_password", t("New password"), "new-password")}
        {line("again", t("New password again"), "new-password")}
        {Object.keys(general).length > 0 && (
          <p role="alert" className="col-span-full text-red text-xs">
            {Object.values(general).join(" ")}
          </p>
        )}
        <Button type="submit" look="outline" size="md" className="justify-self-start" busy={busy}>
          {t("Change password")}
        </Button>
      </form>
    </section>
  );
}
