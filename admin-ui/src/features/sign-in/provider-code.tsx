// The code of the second factor, for somebody whom a provider has told.
import { type FormEvent, useState } from "react";
import { messageOf, Problem } from "@/api/problem";
import { signInWithCode } from "@/api/session";
import { Button } from "@/components/button";
import { FieldFrame } from "@/components/field-frame";
import { TextInput } from "@/components/inputs";
import { t } from "@/lib/i18n";
import { SignInFrame, signInForm } from "./sign-in-frame";

export default function ProviderCode() {
  const [totp, setTotp] = useState("");
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (!totp.trim()) return;
    setBusy(true);
    setError(undefined);
    try {
      window.location.assign(await signInWithCode(totp.trim()));
    } catch (problem) {
      setBusy(false);
      setTotp("");
      const code = problem instanceof Problem ? problem.code : "";
      if (code === "totp-required") setError(t("The code is wrong, or too old. Enter the one that is shown now."));
      else if (code === "wrong-credentials") window.location.assign("/sign-in?refused=provider-over");
      else setError(messageOf(problem));
    }
  }

  return (
    <SignInFrame title={t("One more step")} about={t("You are known. Now your second factor.")}>
      <form noValidate onSubmit={submit} className={signInForm}>
        <FieldFrame
          label={t("One-time code")}
          hint={t("From your authenticator app, or a recovery code.")}
          error={error}
        >
          {(ids) => (
            <TextInput
              id={ids.id}
              autoFocus
              autoComplete="one-time-code"
              className="num h-9 tracking-widest"
              aria-describedby={ids.describedBy}
              aria-invalid={ids.invalid || undefined}
              value={totp}
              onChange={(event) => setTotp(event.target.value)}
            />
          )}
        </FieldFrame>
        <Button look="solid" size="lg" type="submit" busy={busy}>
          {t("Sign in")}
        </Button>
        <a href="/sign-in" className="self-center text-text-2 underline">
          {t("Back to signing in")}
        </a>
      </form>
    </SignInFrame>
  );
}
