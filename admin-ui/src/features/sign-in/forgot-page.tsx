// A forgotten password: a link by mail. What is told is the same whether the address is known or not.
import { type FormEvent, useEffect, useState } from "react";
import { messageOf } from "@/api/problem";
import { forgotPassword } from "@/api/security";
import { Button } from "@/components/button";
import { FieldFrame } from "@/components/field-frame";
import { TextInput } from "@/components/inputs";
import { t } from "@/lib/i18n";
import { SignInFrame, signInForm } from "./sign-in-frame";

export function ForgotPage() {
  const [email, setEmail] = useState("");
  const [sent, setSent] = useState(false);
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);

  useEffect(() => {
    document.title = `${t("New password")} · Trellis`;
  }, []);

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (!email.trim()) return setError(t("Enter your email."));
    setBusy(true);
    setError(undefined);
    try {
      await forgotPassword(email.trim(), new URLSearchParams(window.location.search).get("tenant") ?? undefined);
      setSent(true);
    } catch (problem) {
      setError(messageOf(problem));
    }
    setBusy(false);
  }

  return (
    <SignInFrame
      title={t("New password")}
      about={sent ? undefined : t("We mail you a link with which you set a new password.")}
    >
      {sent ? (
        <div role="status" className={signInForm}>
          <p>
            {t("If {email} is known here, a link is on its way. It holds for a short time.", { email: email.trim() })}
          </p>
          <a href="/sign-in" className="font-medium text-accent-text underline">
            {t("Back to signing in")}
          </a>
        </div>
      ) : (
        <form noValidate onSubmit={submit} className={signInForm}>
          <FieldFrame label={t("Email")} error={error}>
            {(ids) => (
              <TextInput
                id={ids.id}
                type="email"
                autoFocus
                autoComplete="username"
                className="h-9"
                aria-describedby={ids.describedBy}
                aria-invalid={ids.invalid || undefined}
                value={email}
                onChange={(event) => setEmail(event.target.value)}
              />
            )}
          </FieldFrame>
          <Button look="solid" size="lg" type="submit" busy={busy}>
            {t("Mail me a link")}
          </Button>
          <a href="/sign-in" className="self-center text-text-2 underline">
            {t("Back to signing in")}
          </a>
        </form>
      )}
    </SignInFrame>
  );
}
