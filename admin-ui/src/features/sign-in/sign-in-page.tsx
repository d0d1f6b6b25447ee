// Signing in: e-mail and password; the workspace and the one-time code only when the server asks for them.
import { type FormEvent, useEffect, useRef, useState } from "react";
import { Problem } from "@/api/problem";
import { type Credentials, signIn } from "@/api/session";
import { Button } from "@/components/button";
import { FieldFrame } from "@/components/field-frame";
import { TextInput } from "@/components/inputs";
import { Logo } from "@/components/logo";
import { t } from "@/lib/i18n";

interface SignInPageProps {
  expired: boolean;
  onSignedIn: () => void;
}

export function SignInPage({ expired, onSignedIn }: SignInPageProps) {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  // A link of a reseller names the workspace.
  const [tenant, setTenant] = useState(() => new URLSearchParams(window.location.search).get("tenant") ?? "");
  const [totp, setTotp] = useState("");
  const [asks, setAsks] = useState({ tenant: false, totp: false });
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);

  useEffect(() => {
    document.title = "Sign in · Trellis";
  }, []);

  async function submit(event: FormEvent) {
    event.preventDefault();
    const given = new FormData(form.current ?? undefined);
    const credentials: Credentials = {
      email: String(given.get("email")).trim(),
      password: String(given.get("password")),
    };
    if (!credentials.email || !credentials.password) {
      setError(t("Enter your email and password."));
      return;
    }
    if (tenant.trim()) credentials.tenant = tenant.trim();
    if (totp.trim()) credentials.totp = totp.trim();
    setBusy(true);
    setError(null);
    try {
      await signIn(credentials);
      onSignedIn();
    } catch (problem) {
      setBusy(false);
      const known = problem instanceof Problem ? problem : null;
      const wantsTenant = known?.errors.some((e) => /tenant$/.test(e.path));
      if (known?.code === "totp-required") setAsks((a) => ({ ...a, totp: true }));
      else if (wantsTenant && !asks.tenant) setAsks((a) => ({ ...a, tenant: true }));
      else setError(known?.status === 401 ? t("The email or password is wrong.") : (problem as Error).message);
    }
  }

  return (
    <main className="flex min-h-full flex-col items-center justify-center bg-canvas px-4 py-10">
      <div className="flex w-full max-w-90 flex-col gap-6">
        <div className="flex flex-col items-center gap-3 text-center">
          <Logo size={36} />
          <h1 className="font-semibold text-xl tracking-tight">{t("Sign in to Trellis")}</h1>
          {expired && <p className="text-text-2">{t("Your session has ended. Sign in to go on where you were.")}</p>}
        </div>
        <form
          ref={form}
          noValidate
          onSubmit={submit}
          className="flex flex-col gap-4 rounded-sheet border border-line bg-surface p-5 shadow-card"
        >
          <FieldFrame label={t("Email")}>
            {({ id }) => (
              <TextInput
                id={id}
                name="email"
                type="email"
                autoFocus
                autoComplete="username"
                className="h-9"
                value={email}
                onChange={(e) => setEmail(e.target.value)}
              />
            )}
          </FieldFrame>
          <FieldFrame label={t("Password")}>
            {({ id }) => (
              <TextInput
                id={id}
                name="password"
                type="password"
                autoComplete="current-password"
                className="h-9"
                value={password}
                onChange={(e) => setPassword(e.target.value)}
              />
            )}
          </FieldFrame>
          {asks.tenant && (
            <FieldFrame label={t("Workspace")} hint={t("Your email is known in more than one. Type its short name.")}>
              {({ id, describedBy }) => (
                <TextInput
                  id={id}
                  aria-describedby={describedBy}
                  autoFocus
                  className="h-9"
                  autoCapitalize="none"
                  value={tenant}
                  onChange={(e) => setTenant(e.target.value)}
                />
              )}
            </FieldFrame>
          )}
          {asks.totp && (
            <FieldFrame label={t("One-time code")} hint={t("From your authenticator app.")}>
              {({ id, describedBy }) => (
                <TextInput
                  id={id}
                  aria-describedby={describedBy}
                  autoFocus
                  inputMode="numeric"
                  autoComplete="one-time-code"
                  className="num h-9 tracking-widest"
                  value={totp}
                  onChange={(e) => setTotp(e.target.value)}
                />
              )}
            </FieldFrame>
          )}
          {error && (
            <p role="alert" className="rounded-control bg-red-soft px-3 py-2 text-sm">
              {error}
            </p>
          )}
          <Button look="solid" size="lg" type="submit" busy={busy}>
            {busy ? t("Signing in") : t("Sign in")}
          </Button>
        </form>
      </div>
    </main>
  );
}
