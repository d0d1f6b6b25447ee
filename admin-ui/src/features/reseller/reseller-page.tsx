// The console of who sells the product to others: who shows a reseller's key sees its tenants. The key is held by this
// page alone, so it is asked for again whenever the page is opened anew.
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useEffect, useState } from "react";
import { messageOf, Problem } from "@/api/problem";
import { type Plan, Reseller } from "@/api/resellers";
import { Button } from "@/components/button";
import { FieldFrame } from "@/components/field-frame";
import { TextInput } from "@/components/inputs";
import { Logo } from "@/components/logo";
import { Toasts } from "@/components/toast";
import { t } from "@/lib/i18n";
import { Console } from "./console";

interface Opened {
  reseller: Reseller;
  plans: Plan[];
}

export function ResellerPage() {
  const client = useQueryClient();
  const [opened, setOpened] = useState<Opened | null>(null);
  useEffect(() => {
    document.title = `${t("Tenants")} · Trellis`;
  }, []);
  // What one key was told is not for the next one.
  // biome-ignore lint/correctness/useExhaustiveDependencies: every key that is left is a reason.
  useEffect(() => () => client.removeQueries({ queryKey: ["reseller"] }), [client, opened]);
  return (
    <>
      {opened ? <Console {...opened} onLeave={() => setOpened(null)} /> : <KeyForm onOpened={setOpened} />}
      <Toasts />
    </>
  );
}

function KeyForm({ onOpened }: { onOpened: (opened: Opened) => void }) {
  const [key, setKey] = useState("");
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (!key.trim()) return setError(t("Enter the key."));
    setBusy(true);
    setError(undefined);
    const reseller = new Reseller(key.trim());
    try {
      onOpened({ reseller, plans: await reseller.plans() });
    } catch (problem) {
      const refused = problem instanceof Problem && problem.status === 401;
      setError(refused ? t("This key is not known, or it has ended.") : messageOf(problem));
      setBusy(false);
    }
  }

  return (
    <main className="flex min-h-full flex-col items-center justify-center bg-canvas px-4 py-10">
      <div className="flex w-full max-w-90 flex-col gap-6">
        <div className="flex flex-col items-center gap-3 text-center">
          <Logo size={36} />
          <h1 className="font-semibold text-xl tracking-tight">{t("Your tenants")}</h1>
          <p className="text-text-2">{t("For resellers: make tenants, choose their plans and see what they use.")}</p>
        </div>
        <form
          noValidate
          className="flex flex-col gap-4 rounded-sheet border border-line bg-surface p-5 shadow-card"
          onSubmit={submit}
        >
          <FieldFrame
            label={t("Reseller key")}
            hint={t("It begins with trr_. This page forgets it when you leave.")}
            error={error}
          >
            {(ids) => (
              <TextInput
                id={ids.id}
                type="password"
                autoFocus
                autoComplete="off"
                spellCheck={false}
                className="h-9 font-mono"
                aria-describedby={ids.describedBy}
                aria-invalid={ids.invalid || undefined}
                value={key}
                onChange={(event) => setKey(event.target.value)}
              />
            )}
          </FieldFrame>
          <Button look="solid" size="lg" type="submit" busy={busy}>
            {t("Open")}
          </Button>
          <a href="/sign-in" className="self-center text-text-2 underline">
            {t("Sign in to a workspace")}
          </a>
        </form>
      </div>
    </main>
  );
}
