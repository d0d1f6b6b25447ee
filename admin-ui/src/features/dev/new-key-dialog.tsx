// Making a key: what it is for, what it may touch, how long and from where; then the key itself, this once.
import { useState } from "react";
import { createKey, type NewKey } from "@/api/people";
import { problemsByField } from "@/api/problem";
import { useCatalog } from "@/catalog/catalog";
import { Notice } from "@/components/bits";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { FieldFrame } from "@/components/field-frame";
import { TextInput } from "@/components/inputs";
import type { Choice } from "@/components/picker";
import { SecretOnce } from "@/components/secret-once";
import { Select } from "@/components/select";
import { t } from "@/lib/i18n";

const DAY = 86_400_000;
const LIVES: (Choice & { days: number | null })[] = [
  { id: "30", label: "30 days", days: 30 },
  { id: "90", label: "90 days", days: 90 },
  { id: "365", label: "1 year", days: 365 },
  { id: "never", label: "Never", days: null },
];

interface Draft {
  name: string;
  scopes: string[];
  life: string;
  ips: string;
  rate: string;
}

function wishOf(draft: Draft, now: number): NewKey {
  const days = LIVES.find((l) => l.id === draft.life)?.days;
  const ips = draft.ips.split(/[\s,]+/).filter(Boolean);
  return {
    name: draft.name.trim(),
    ...(draft.scopes.length ? { scopes: draft.scopes } : {}),
    ...(days ? { expires_at: new Date(now + days * DAY).toISOString() } : {}),
    ...(ips.length ? { allowed_ips: ips } : {}),
    ...(draft.rate.trim() ? { rate_limit: Number(draft.rate) } : {}),
  };
}

export function NewKeyDialog({ onMade, onClose }: { onMade: () => void; onClose: () => void }) {
  const [draft, setDraft] = useState<Draft>({ name: "", scopes: [], life: "90", ips: "", rate: "" });
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState(false);
  const [made, setMade] = useState<string | null>(null);
  const set = (patch: Partial<Draft>) => {
    setDraft((d) => ({ ...d, ...patch }));
    setErrors({});
  };

  async function save() {
    if (made) return onClose();
    if (!draft.name.trim()) return setErrors({ name: t("Say what the key is for.") });
    setBusy(true);
    try {
      const answer = await createKey(wishOf(draft, Date.now()));
      setMade(answer.key);
      onMade();
    } catch (error) {
      setErrors(problemsByField(error));
    }
    setBusy(false);
  }

  return (
    <Dialog
      title={made ? t("Your new key") : t("New API key")}
      width="500px"
      onClose={onClose}
      onSubmit={save}
      footer={
        <>
          {!made && (
            <Button size="md" onClick={onClose}>
              {t("Cancel")}
            </Button>
          )}
          <Button look="solid" size="md" type="submit" busy={busy}>
            {made ? t("Done") : t("Create key")}
          </Button>
        </>
      }
    >
      {made ? <MadeKey value={made} /> : <KeyForm draft={draft} errors={errors} onChange={set} />}
    </Dialog>
  );
}

function MadeKey({ value }: { value: string }) {
  return (
    <div className="flex flex-col gap-3">
      <SecretOnce value={value} copied={t("Copied the key")} />
      <p className="text-text-2">{t("A program shows it with each request:")}</p>
      <pre className="overflow-x-auto rounded-control bg-sunken px-3 py-2 font-mono text-xs">
        {`curl -H "Authorization: Bearer ${value.slice(0, 12)}…" \\\n  ${location.origin}/api/v1/…`}
      </pre>
    </div>
  );
}

interface KeyFormProps {
  draft: Draft;
  errors: Record<string, string>;
  onChange: (patch: Partial<Draft>) => void;
}

function KeyForm({ draft, errors, onChange }: KeyFormProps) {
  const catalog = useCatalog();
  const scopes: Choice[] = [
    { id: "*:read", label: t("*:read"), detail: t("See all records"), group: t("All") },
    { id: "*:write", label: t("*:write"), detail: t("Change all records"), group: t("All") },
    { id: "metadata:read", label: t("metadata:read"), detail: t("See definitions"), group: t("All") },
    { id: "metadata:write", label: t("metadata:write"), detail: t("Change definitions"), group: t("All") },
    ...catalog.navigation.flatMap((o) =>
      (["read", "write"] as const).map((verb) => ({
        id: `${o.plural}:${verb}`,
        label: `${o.plural}:${verb}`,
        detail: `${verb === "read" ? t("See") : t("Change")} ${o.plural_label}`,
        group: t("One object"),
        words: o.label,
      })),
    ),
  ];
  const places = Object.entries(errors).filter(([key]) => !["name", "rate_limit"].includes(key));
  return (
    <div className="flex flex-col gap-4">
      {places.length > 0 && (
        <Notice title={t("The key could not be made.")}>{places.map(([, t]) => t).join(" ")}</Notice>
      )}
      <FieldFrame label={t("What is it for?")} required error={errors.name}>
        {(ids) => (
          <TextInput
            id={ids.id}
            data-autofocus
            autoFocus
            maxLength={200}
            placeholder={t("Nightly sync")}
            aria-describedby={ids.describedBy}
            aria-invalid={ids.invalid || undefined}
            value={draft.name}
            onChange={(e) => onChange({ name: e.target.value })}
          />
        )}
      </FieldFrame>
      <FieldFrame label={t("Scopes")} hint={t("Without any, it may do everything that you may.")}>
        {(ids) => (
          <Select
            id={ids.id}
            multiple
            label={t("Scopes")}
            placeholder={t("Everything")}
            choices={scopes}
            value={draft.scopes}
            onChange={(next) => onChange({ scopes: next })}
            describedBy={ids.describedBy}
          />
        )}
      </FieldFrame>
      <div className="grid gap-4 phone:grid-cols-2">
        <FieldFrame label={t("Expires")}>
          {(ids) => (
            <Select
              id={ids.id}
              label={t("Expires")}
              choices={LIVES.map((one) => ({ ...one, label: t(one.label) }))}
              value={[draft.life]}
              onChange={(next) => onChange({ life: next[0] ?? "90" })}
            />
          )}
        </FieldFrame>
        <FieldFrame label={t("Requests an hour")} error={errors.rate_limit}>
          {(ids) => (
            <TextInput
              id={ids.id}
              inputMode="numeric"
              className="num"
              placeholder={t("As usual")}
              aria-invalid={ids.invalid || undefined}
              value={draft.rate}
              onChange={(e) => onChange({ rate: e.target.value.replace(/\D/g, "") })}
            />
          )}
        </FieldFrame>
      </div>
      <FieldFrame label={t("Only from")} hint={t("Addresses or ranges such as 192.0.2.0/24; empty is from anywhere.")}>
        {(ids) => (
          <TextInput
            id={ids.id}
            className="font-mono text-xs"
            spellCheck={false}
            aria-describedby={ids.describedBy}
            value={draft.ips}
            onChange={(e) => onChange({ ips: e.target.value })}
          />
        )}
      </FieldFrame>
    </div>
  );
}
