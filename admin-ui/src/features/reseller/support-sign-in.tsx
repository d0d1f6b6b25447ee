// Signing in to a tenant that allows it: who one is and why, which the tenant's audit log tells.
import { LogIn, MessageCircleQuestionMark } from "lucide-react";
import { useState } from "react";
import { problemsByField } from "@/api/problem";
import type { Reseller, Tenant } from "@/api/resellers";
import { Notice } from "@/components/bits";
import { Button } from "@/components/button";
import { FieldFrame } from "@/components/field-frame";
import { TextInput } from "@/components/inputs";
import { toast } from "@/components/toast";
import { formatDateTime } from "@/lib/dates";
import { t } from "@/lib/i18n";

const BLANK = { name: "", email: "", reason: "" };
type Key = keyof typeof BLANK;

export function SupportSignIn({ reseller, tenant }: { reseller: Reseller; tenant: Tenant }) {
  const [draft, setDraft] = useState(BLANK);
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const { support } = tenant;

  async function enter() {
    const needed = (Object.keys(BLANK) as Key[]).filter((key) => !draft[key].trim());
    if (needed.length) return setErrors(Object.fromEntries(needed.map((key) => [key, t("This is needed.")])));
    setBusy(true);
    setErrors({});
    try {
      if (!support) {
        await reseller.askSupport(tenant.id, draft);
        toast(t("{name} is asked", { name: tenant.name }));
        setAsking(false);
        return setBusy(false);
      }
      // The link works once and for a minute, so it is followed at once. It ends whatever session this browser had.
      const { url } = await reseller.signIn(tenant.id, draft);
      window.location.assign(url);
    } catch (error) {
      setErrors(problemsByField(error));
      setBusy(false);
    }
  }

  const line = (key: Key, label: string, type = "text") => (
    <FieldFrame label={label} required error={errors[key]}>
      {(ids) => (
        <TextInput
          id={ids.id}
          type={type}
          maxLength={key === "reason" ? 500 : 200}
          aria-describedby={ids.describedBy}
          aria-invalid={ids.invalid || undefined}
          value={draft[key]}
          onChange={(event) => setDraft((d) => ({ ...d, [key]: event.target.value }))}
          onKeyDown={(event) => {
            if (event.key !== "Enter") return;
            event.preventDefault();
            void enter();
          }}
        />
      )}
    </FieldFrame>
  );
  const general = Object.entries(errors).filter(([key]) => !(key in BLANK));
  return (
    <section aria-label={t("Support")} className="flex flex-col gap-3">
      <h3 className="font-semibold">{t("Support")}</h3>
      <p className="text-text-2 text-xs">
        {support
          ? t("You may sign in until {time}; {access}", {
              time: formatDateTime(support.until),
              access: support.access === "write" ? t("you may change records.") : t("you may only look."),
            })
          : t("To sign in, the customer must allow it: in Setup → Support access.")}
        {support?.reason && <span className="block break-words">{support.reason}</span>}
      </p>
      {general.length > 0 && (
        <Notice title={t("This could not be done.")}>{general.map(([, words]) => words).join(" ")}</Notice>
      )}
      {asking && (
        <>
          {line("name", t("Your name"))}
          {line("email", t("Your email"), "email")}
          {line("reason", t("Why you sign in"))}
          <p className="text-text-2 text-xs">
            {support
              ? t("The customer's audit log tells this. You leave this page; the key is asked for again.")
              : t("The customer sees this in Setup → Support access, and allows it or not.")}
          </p>
        </>
      )}
      <Button
        look="outline"
        size="md"
        className="self-start"
        icon={support ? <LogIn size={14} /> : <MessageCircleQuestionMark size={14} />}
        busy={busy}
        onClick={() => (asking ? enter() : setAsking(true))}
      >
        {support ? t("Sign in as support") : t("Ask to be let in")}
      </Button>
    </section>
  );
}
