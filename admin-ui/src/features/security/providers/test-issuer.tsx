// Asking a provider what it says of itself, and the address that it must be told.
import { Check, Copy } from "lucide-react";
import { useState } from "react";
import { messageOf } from "@/api/problem";
import { type Checked, checkProvider } from "@/api/providers";
import { Notice } from "@/components/bits";
import { Button, IconButton } from "@/components/button";
import { toast } from "@/components/toast";
import { t } from "@/lib/i18n";

export function TestIssuer({ issuer }: { issuer: string }) {
  const [told, setTold] = useState<{ issuer: string; checked?: Checked; error?: string }>();
  const [busy, setBusy] = useState(false);

  async function test() {
    setBusy(true);
    try {
      setTold({ issuer, checked: await checkProvider(issuer.trim()) });
    } catch (error) {
      setTold({ issuer, error: messageOf(error) });
    }
    setBusy(false);
  }

  // What was said of another address says nothing of this one.
  const now = told?.issuer === issuer ? told : undefined;
  const findings = now?.checked?.findings ?? (now?.error ? [now.error] : []);
  return (
    <div className="-mt-2 flex flex-col gap-2" aria-live="polite">
      <Button look="outline" className="self-start" busy={busy} disabled={!issuer.trim()} onClick={test}>
        {t("Test")}
      </Button>
      {now?.checked?.ok && (
        <p className="flex items-center gap-1.5 text-text-2 text-xs">
          <Check size={14} aria-hidden="true" className="text-green" />
          {t("It answers, with {n} keys that can be used.", { n: now.checked.keys })}
        </p>
      )}
      {findings.length > 0 && (
        <Notice tone={now?.checked?.ok ? "warning" : "error"} title={t("What it says is not as it should be.")}>
          <ul className="list-disc ps-4">
            {findings.map((finding) => (
              <li key={finding}>{finding}</li>
            ))}
          </ul>
        </Notice>
      )}
    </div>
  );
}

/** Before it is saved it is what it will be, if people reach us here. */
export function RedirectAddress({ name, known }: { name: string; known: string | undefined }) {
  const address = known ?? `${window.location.origin}/auth/v1/providers/${name || "…"}/callback`;
  return (
    <div>
      <p className="mb-1 font-medium text-sm">{t("Redirect address, for the provider")}</p>
      <p className="flex items-center gap-2">
        <code className="min-w-0 flex-1 select-all break-all font-mono text-xs">{address}</code>
        <IconButton
          label={t("Copy the address")}
          onClick={() => navigator.clipboard?.writeText(address).then(() => toast(t("Copied")))}
        >
          <Copy size={14} />
        </IconButton>
      </p>
    </div>
  );
}
