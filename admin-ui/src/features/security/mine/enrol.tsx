// Setting up the second factor: the password first, then the code for the app, then a first code of the app.
import { useEffect, useState } from "react";
import { problemsByField } from "@/api/problem";
import { beginTwoFactor, confirmTwoFactor, type Enrolment } from "@/api/security";
import { loadMe } from "@/api/session";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { FieldFrame } from "@/components/field-frame";
import { TextInput } from "@/components/inputs";
import { QrCode } from "@/components/qr-code";
import { t } from "@/lib/i18n";

const said = (problem: unknown): string => Object.values(problemsByField(problem)).join(" ");

interface EnrolProps {
  onClose: () => void;
  onDone: (codes: string[]) => void;
}

/** "JBSWY3DPEHPK3PXP" → "JBSW Y3DP EHPK 3PXP": read aloud and typed by people. */
const inFours = (secret: string): string => secret.replace(/(.{4})(?=.)/g, "$1 ");

export function Enrol({ onClose, onDone }: EnrolProps) {
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [enrolment, setEnrolment] = useState<Enrolment | null>(null);
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  // Who came by a provider may have no password: for a while after it none is asked for.
  useEffect(() => {
    loadMe()
      .then((me) =>
        me.came_by_provider ? beginTwoFactor("").then(setEnrolment, (problem) => setError(said(problem))) : undefined,
      )
      .catch(() => {});
  }, []);

  async function go() {
    if (!(enrolment ? code : password).trim()) return;
    setBusy(true);
    setError(undefined);
    try {
      if (enrolment) return onDone(await confirmTwoFactor(code.replace(/\s/g, "")));
      setEnrolment(await beginTwoFactor(password));
    } catch (problem) {
      setError(said(problem));
    }
    setBusy(false);
  }

  return (
    <Dialog
      title={t("Set up two-step sign-in")}
      width="480px"
      onClose={onClose}
      onSubmit={go}
      footer={
        <>
          <Button size="md" onClick={onClose}>
            {t("Cancel")}
          </Button>
          <Button look="solid" size="md" type="submit" busy={busy}>
            {enrolment ? t("Turn on") : t("Go on")}
          </Button>
        </>
      }
    >
      {enrolment ? (
        <div className="flex flex-col gap-4">
          <p className="text-text-2">
            {t("Scan this with an authenticator app, or type the key there. Then enter the code that the app shows.")}
          </p>
          <div className="flex flex-col items-center gap-3">
            <QrCode text={enrolment.otpauth_url} label={t("QR code for the authenticator app")} />
            <code className="select-all break-all text-center font-mono text-xs">{inFours(enrolment.secret)}</code>
          </div>
          <FieldFrame label={t("One-time code")} error={error}>
            {(ids) => (
              <TextInput
                key="code"
                id={ids.id}
                autoFocus
                inputMode="numeric"
                autoComplete="one-time-code"
                aria-describedby={ids.describedBy}
                aria-invalid={ids.invalid || undefined}
                className="num tracking-widest"
                value={code}
                onChange={(event) => setCode(event.target.value)}
              />
            )}
          </FieldFrame>
        </div>
      ) : (
        <FieldFrame label={t("Your password")} error={error}>
          {(ids) => (
            <TextInput
              key="password"
              id={ids.id}
              type="password"
              data-autofocus
              autoComplete="current-password"
              aria-describedby={ids.describedBy}
              aria-invalid={ids.invalid || undefined}
              value={password}
              onChange={(event) => setPassword(event.target.value)}
            />
          )}
        </FieldFrame>
      )}
    </Dialog>
  );
}
