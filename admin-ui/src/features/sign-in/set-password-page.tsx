// Where the links of invitations and forgotten passwords go to: a new password, with the token that stands behind the #.
// What stands there is not sent to any server by the browser, and is taken out of the address at once.
import { type FormEvent, useEffect, useState } from "react";
import { problemsByField } from "@/api/problem";
import { resetPassword } from "@/api/security";
import { Button } from "@/components/button";
import { FieldFrame } from "@/components/field-frame";
import { TextInput } from "@/components/inputs";
import { t } from "@/lib/i18n";
import { SignInFrame, signInForm } from "./sign-in-frame";

const readToken = (): string => new URLSearchParams(window.location.hash.slice(1)).get("token") ?? "";

export function SetPasswordPage() {
  const [token] = useState(readToken);
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState(false);
  const [done, setDone] = useState(false);

  useEffect(() => {
    document.title = `${t("Set your password")} · Trellis`;
    if (window.location.hash) window.history.replaceState(window.history.state, "", window.location.pathname);
  }, []);

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (!password) return setErrors({ password: t("Enter a new password.") });
    if (password !== again) return setErrors({ again: t("The two are not the same.") });
    setBusy(true);
    setErrors({});
    try {
      await resetPassword(token, password);
      setDone(true);
    } catch (problem) {
      setErrors(problemsByField(problem));
    }
    setBusy(false);
  }

  if (done || !token)
    return (
      <SignInFrame title={done ? t("Your password is set") : t("This link is not whole")}>
        <div role="status" className={signInForm}>
          <p>
            {done
              ? t("Sign in with it now.")
              : t("Open it again from the mail, with all that stands behind the #. Links hold for a short time only.")}
          </p>
          <a href="/sign-in" className="font-medium text-accent-text underline">
            {t("Go to signing in")}
          </a>
        </div>
      </SignInFrame>
    );

  const { password: first, again: second, ...general } = errors;
  const line = (
    label: string,
    value: string,
    set: (value: string) => void,
    error: string | undefined,
    focus = false,
  ) => (
    <FieldFrame label={label} error={error}>
      {(ids) => (
        <TextInput
          id={ids.id}
          type="password"
          autoFocus={focus}
          autoComplete="new-password"
          className="h-9"
          aria-describedby={ids.describedBy}
          aria-invalid={ids.invalid || undefined}
          value={value}
          onChange={(event) => set(event.target.value)}
        />
      )}
    </FieldFrame>
  );
  return (
    <SignInFrame title={t("Set your password")}>
      <form noValidate onSubmit={submit} className={signInForm}>
        {line(t("New password"), password, setPassword, first, true)}
        {line(t("New password again"), again, setAgain, second)}
        {Object.keys(general).length > 0 && (
          <p role="alert" className="rounded-control bg-red-soft px-3 py-2 text-sm">
            {Object.values(general).join(" ")}
          </p>
        )}
        <Button look="solid" size="lg" type="submit" busy={busy}>
          {t("Set password")}
        </Button>
      </form>
    </SignInFrame>
  );
}
