// Signing in: e-mail and password; the workspace and the one-time code only when the server asks for them.

import { type FormEvent, useEffect, useRef, useState } from "react";
import { Problem } from "@/api/problem";
import { type Credentials, signIn } from "@/api/session";
import { Button } from "@/components/button";
import { FieldFrame } from "@/components/field-frame";
import { TextInput } from "@/components/inputs";
import { late } from "@/components/late";
import { brand } from "@/lib/brand";
import { useCell } from "@/lib/cell";
import { t } from "@/lib/i18n";
import { SignInFrame, signInForm } from "./sign-in-frame";
import { Ways } from "./ways";

// Fetched for those alone who need it.
const ProviderCode = late(() => import("./provider-code"), "default", "page", "p-6");
const Refusal = late(() => import("./refusal"), "default", "line");

interface SignInPageProps {
  expired: boolean;
  onSignedIn: () => void;
}

export function SignInPage({ expired, onSignedIn }: SignInPageProps) {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  // A link of a reseller names the workspace.
  const [tenant, setTenant] = useState(() => new URLSearchParams(window.location.search).get("tenant") ?? "");
  // Where a provider has told who it is, or why nobody came in.
  const [came] = useState(() => new URLSearchParams(window.location.search));
  const refused = came.get("refused");
  const [totp, setTotp] = useState("");
  const [asks, setAsks] = useState({ tenant: false, totp: false });
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const { name } = useCell(brand);

  useEffect(() => {
    document.title = `${t("Sign in")} · ${name ?? "Trellis"}`;
  }, [name]);

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
      if (known?.code === "totp-required") {
        // Asked again: the code that was given was wrong.
        if (asks.totp && totp.trim()) setError(t("The code is wrong, or too old. Enter the one that is shown now."));
        setTotp("");
        setAsks((a) => ({ ...a, totp: true }));
      } else if (wantsTenant && !asks.tenant) setAsks((a) => ({ ...a, tenant: true }));
      else setError(known?.status === 401 ? t("The email or password is wrong.") : (problem as Error).message);
    }
  }

  if (came.has("code")) return <ProviderCode />;

  return (
    <SignInFrame
      title={t("Sign in to {name}", { name: name ?? "Trellis" })}
      about={expired && t("Your session has ended. Sign in to go on where you were.")}
    >
      {refused && !error && <Refusal word={refused} />}
      <form ref={form} noValidate onSubmit={submit} className={signInForm}>
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
          <FieldFrame label={t("One-time code")} hint={t("From your authenticator app, or a recovery code.")}>
            {({ id, describedBy }) => (
              <TextInput
                id={id}
                aria-describedby={describedBy}
                autoFocus
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
        <a
          href={tenant ? `/forgot-password?tenant=${encodeURIComponent(tenant)}` : "/forgot-password"}
          className="self-center text-text-2 underline"
        >
          {t("Forgot your password?")}
        </a>
      </form>
      <Ways tenant={tenant.trim() || undefined} next={came.get("next") ?? "/"} />
    </SignInFrame>
  );
}
