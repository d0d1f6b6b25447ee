// One provider: where it is, who we are to it, and who comes in by it as what.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Trash2 } from "lucide-react";
import { useState } from "react";
import { listTeams } from "@/api/people";
import { problemsByField } from "@/api/problem";
import { deleteProvider, type Provider, saveProvider } from "@/api/providers";
import { useComponents } from "@/changes/use-components";
import { Notice } from "@/components/bits";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { FieldFrame } from "@/components/field-frame";
import { Checkbox, TextInput } from "@/components/inputs";
import { Select } from "@/components/select";
import { toast } from "@/components/toast";
import { t } from "@/lib/i18n";
import { humanize } from "@/lib/text";
import { Mappings } from "./mappings";
import { type ProviderDraft, startProvider, wishOf } from "./provider-draft";
import { RedirectAddress, TestIssuer } from "./test-issuer";

/** Those whose problems stand at their field. */
const FIELDS = ["label", "name", "issuer", "client_id", "client_secret", "scopes", "groups_claim", "default_role"];

export function ProviderDrawer({ provider, onClose }: { provider: Provider | undefined; onClose: () => void }) {
  const client = useQueryClient();
  const [draft, setDraft] = useState<ProviderDraft>(() => startProvider(provider));
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState(false);
  const [leaving, setLeaving] = useState(false);
  const teams = useQuery({ queryKey: ["teams"], retry: false, queryFn: ({ signal }) => listTeams(signal) });
  const components = useComponents<{ name: string; label?: string }>("roles");
  const roles = (components.data ?? []).map((r) => ({ id: r.name, label: r.label || humanize(r.name) }));
  const set = (patch: Partial<ProviderDraft>) => {
    setDraft((d) => ({ ...d, ...patch }));
    setErrors({});
  };

  async function run(work: () => Promise<unknown>, words: string) {
    setBusy(true);
    try {
      await work();
      await client.invalidateQueries({ queryKey: ["sign-in-providers"] });
      toast(words);
      onClose();
    } catch (error) {
      setBusy(false);
      setLeaving(false);
      setErrors(problemsByField(error));
    }
  }

  function save() {
    const wish = wishOf(draft, provider);
    if (provider && Object.keys(wish).length === 0) return onClose();
    return run(() => saveProvider(provider?.name, wish), t("Saved {name}", { name: draft.label.trim() }));
  }

  const line = (
    key: keyof ProviderDraft,
    label: string,
    more: { hint?: string; type?: string; needed?: boolean } = {},
  ) => (
    <FieldFrame label={label} required={more.needed ?? false} error={errors[key]} hint={more.hint}>
      {(ids) => (
        <TextInput
          id={ids.id}
          type={more.type ?? "text"}
          autoComplete="off"
          aria-describedby={ids.describedBy}
          aria-invalid={ids.invalid || undefined}
          value={String(draft[key] ?? "")}
          onChange={(event) => set({ [key]: event.target.value })}
        />
      )}
    </FieldFrame>
  );
  const toggle = (key: "create_users" | "trust_email" | "sign_out" | "active", label: string) => (
    <label className="flex items-center gap-2">
      <Checkbox checked={draft[key]} onChange={(event) => set({ [key]: event.target.checked })} />
      {label}
    </label>
  );
  const general = Object.entries(errors).filter(([key]) => !FIELDS.includes(key));

  return (
    <Dialog
      shape="drawer"
      width="560px"
      title={provider ? provider.label : t("New provider")}
      onClose={onClose}
      onSubmit={save}
      footer={
        <>
          {provider && !leaving && (
            <Button
              look="danger-ghost"
              size="md"
              className="me-auto"
              icon={<Trash2 size={14} />}
              onClick={() => setLeaving(true)}
            >
              {t("Delete")}
            </Button>
          )}
          <Button size="md" onClick={onClose}>
            {t("Cancel")}
          </Button>
          <Button look="solid" size="md" type="submit" busy={busy}>
            {provider ? t("Save provider") : t("Add provider")}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {general.length > 0 && (
          <Notice title={t("The provider could not be saved.")}>{general.map(([, text]) => text).join(" ")}</Notice>
        )}
        {leaving && provider && (
          <Notice
            tone="warning"
            title={t("Delete {name}?", { name: provider.label })}
            action={
              <Button
                look="danger"
                onClick={() => run(() => deleteProvider(provider.name), t("Deleted {name}", { name: provider.label }))}
              >
                {t("Delete now")}
              </Button>
            }
          >
            {t("Whoever is signed in by it is signed out. People stay.")}
          </Notice>
        )}
        {line("label", t("Label"), { needed: true, hint: t("On the button: Continue with …") })}
        {!provider && line("name", t("Name"), { needed: true, hint: t("A short word in small letters; it stays.") })}
        {line("issuer", t("Issuer"), { needed: true, hint: t("Its address, as it calls itself, to the letter.") })}
        <TestIssuer issuer={draft.issuer} />
        <RedirectAddress name={draft.name} known={provider?.redirect_uri} />
        {line("client_id", t("Client ID"), { needed: true })}
        {line("client_secret", t("Client secret"), {
          type: "password",
          hint: provider?.has_secret ? t("There is one. Type another to change it.") : t("It is never shown again."),
        })}
        {toggle("active", t("People may sign in by it"))}
        <h3 className="mt-2 font-semibold">{t("Who comes in")}</h3>
        {toggle("create_users", t("Make users of people who are none yet"))}
        <FieldFrame
          label={t("Role of those whom no group gives one")}
          error={errors.default_role}
          hint={t("Without one they do not come in.")}
        >
          {(ids) => (
            <Select
              id={ids.id}
              clearable
              label={t("Role of those whom no group gives one")}
              placeholder={t("None")}
              invalid={ids.invalid}
              choices={roles}
              value={draft.default_role ? [draft.default_role] : []}
              onChange={([role]) => set({ default_role: role ?? null })}
            />
          )}
        </FieldFrame>
        {line("email_domains", t("Domains of emails"), { hint: t("Such as acme.com. Empty lets any in.") })}
        {toggle("trust_email", t("Take emails that it says nothing about as checked"))}
        <h3 className="mt-2 font-semibold">{t("Groups")}</h3>
        {line("groups_claim", t("Claim of the groups"), { hint: t("Such as groups, or realm_access.roles.") })}
        <Mappings
          mappings={draft.mappings}
          roles={roles}
          teams={(teams.data ?? []).map((team) => ({ id: team.name, label: team.label || humanize(team.name) }))}
          onChange={(mappings) => set({ mappings })}
        />
        <h3 className="mt-2 font-semibold">{t("More")}</h3>
        {line("scopes", t("Scopes"))}
        {line("strong_acr", t("Values of acr that mean a second factor"), { hint: t("Beside mfa in amr.") })}
        {toggle("sign_out", t("Sign out there too, where it has a page for it"))}
      </div>
    </Dialog>
  );
}
