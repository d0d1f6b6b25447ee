// Password and one-time code once more, before something that must not happen behind one's back.
import { useState } from "react";
import { problemsByField } from "@/api/problem";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { FieldFrame } from "@/components/field-frame";
import { TextInput } from "@/components/inputs";
import { t } from "@/lib/i18n";

interface ProveDialogProps {
  title: string;
  about: string;
  verb: string;
  danger?: boolean;
  onProved: (password: string, totp: string) => Promise<void>;
  onClose: () => void;
}

export function ProveDialog({ title, about, verb, danger, onProved, onClose }: ProveDialogProps) {
  const [password, setPassword] = useState("");
  const [totp, setTotp] = useState("");
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState(false);

  async function go() {
    setBusy(true);
    try {
      await onProved(password, totp.replace(/\s/g, ""));
    } catch (error) {
      setErrors(problemsByField(error));
      setBusy(false);
    }
  }

  const { password: first, totp: second, ...general } = errors;
  return (
    <Dialog
      title={title}
      width="420px"
      onClose={onClose}
      onSubmit={go}
      footer={
        <>
          <Button size="md" onClick={onClose}>
            {t("Cancel")}
          </Button>
          <Button look={danger ? "danger" : "solid"} size="md" type="submit" busy={busy}>
            {verb}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <p className="text-text-2">{about}</p>
        <FieldFrame label={t("Your password")} error={first}>
          {(ids) => (
            <TextInput
              id={ids.id}
              type="password"
              data-autofocus
              autoComplete="current-password"
              aria-describedby={ids.describedBy}
              value={password}
              onChange={(event) => setPassword(event.target.value)}
            />
          )}
        </FieldFrame>
        <FieldFrame label={t("One-time code")} error={second} hint={t("Or one of your recovery codes.")}>
          {(ids) => (
            <TextInput
              id={ids.id}
              autoComplete="one-time-code"
              aria-describedby={ids.describedBy}
              className="num"
              value={totp}
              onChange={(event) => setTotp(event.target.value)}
            />
          )}
        </FieldFrame>
        {Object.keys(general).length > 0 && (
          <p role="alert" className="text-red text-xs">
            {Object.values(general).join(" ")}
          </p>
        )}
      </div>
    </Dialog>
  );
}
