// Security settings of the tenant: passwords, locking out, sessions, second factors, addresses and rates. Saved together.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Loaded } from "@/api/loaded";
import { messageOf, Problem } from "@/api/problem";
import { loadSecuritySettings, type SecuritySettings, saveSecuritySettings } from "@/api/security";
import { useCatalog } from "@/catalog/catalog";
import { useComponents } from "@/changes/use-components";
import { Notice } from "@/components/bits";
import { Button } from "@/components/button";
import { FieldFrame } from "@/components/field-frame";
import { Checkbox, TextArea, TextInput } from "@/components/inputs";
import { PageFrame, useTitle } from "@/components/page-frame";
import { Select } from "@/components/select";
import { toast } from "@/components/toast";
import { differences } from "@/lib/differences";
import { t } from "@/lib/i18n";
import { humanize } from "@/lib/text";
import { groups, type Line, lines } from "./setting-lines";

type Draft = Record<string, Record<string, unknown> | unknown[]>;

export function SecuritySettingsPage() {
  const catalog = useCatalog();
  const query = useQuery({ queryKey: ["security-settings"], queryFn: ({ signal }) => loadSecuritySettings(signal) });
  useTitle(t("Security settings"), t("Setup"), catalog.me.tenant.name);
  return (
    <Loaded query={query} what={t("The security settings")}>
      {(settings) => <SettingsForm key={JSON.stringify(settings)} settings={settings} />}
    </Loaded>
  );
}

/** Only the groups that differ are sent. */
function patchOf(before: Draft, after: Draft): Partial<SecuritySettings> {
  const changed = Object.entries(after).filter(([key, value]) => JSON.stringify(before[key]) !== JSON.stringify(value));
  return Object.fromEntries(changed);
}

function SettingsForm({ settings }: { settings: SecuritySettings }) {
  const client = useQueryClient();
  const before = settings as unknown as Draft;
  const [draft, setDraft] = useState<Draft>(before);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const changes = differences(before, draft).length;
  const problems = error instanceof Problem ? error.errors : [];
  // A list is told about by the place of what is wrong in it, as in allowed_ips.0.
  const isAt = (path: string) => (p: { path: string }) => p.path === path || p.path.startsWith(`${path}.`);
  const problemOf = (path: string) => problems.find(isAt(path))?.message;
  const known = [...lines().map((line) => `${line.group}.${line.key}`), "two_factor.required_roles", "allowed_ips"];
  const rest = problems.filter((p) => !known.some((path) => isAt(path)(p)));

  const put = (group: string, key: string, value: unknown) =>
    setDraft((d) => ({ ...d, [group]: { ...(d[group] as Record<string, unknown>), [key]: value } }));

  async function save() {
    setBusy(true);
    setError(null);
    try {
      const next = await saveSecuritySettings(patchOf(before, draft));
      toast(t("Saved the security settings"));
      client.setQueryData(["security-settings"], next);
    } catch (problem) {
      setError(problem);
    }
    setBusy(false);
  }

  return (
    <PageFrame
      title={t("Security settings")}
      about={t("What holds for everybody who signs in here. Changes hold from the next request on.")}
      action={
        <>
          {changes > 0 && (
            <Button size="md" onClick={() => setDraft(before)}>
              {t("Reset")}
            </Button>
          )}
          <Button look="solid" size="md" disabled={changes === 0} busy={busy} onClick={save}>
            {t("Save settings")}
          </Button>
        </>
      }
    >
      {error !== null && (problems.length === 0 || rest.length > 0) && (
        <div className="mb-5">
          <Notice title={t("Nothing was saved.")}>
            {rest.length ? rest.map((p) => p.message).join(" ") : messageOf(error)}
          </Notice>
        </div>
      )}
      <div className="flex flex-col divide-y divide-line border-line border-y">
        {groups().map((group) => (
          <section
            key={group.id}
            aria-label={group.title}
            className="grid gap-x-10 gap-y-3 py-5 phone:grid-cols-[15rem_1fr]"
          >
            <div>
              <h2 className="font-semibold">{group.title}</h2>
              <p className="mt-0.5 text-text-2 text-xs">{group.about}</p>
            </div>
            <div className="grid content-start gap-3 phone:grid-cols-2">
              {lines()
                .filter((line) => line.group === group.id)
                .map((line) => (
                  <Setting
                    key={line.key}
                    line={line}
                    value={(draft[line.group] as Record<string, unknown> | undefined)?.[line.key]}
                    error={problemOf(`${line.group}.${line.key}`)}
                    onChange={(value) => put(line.group, line.key, value)}
                  />
                ))}
              {group.id === "two_factor" && (
                <RequiredRoles
                  value={((draft.two_factor as Record<string, unknown>)?.required_roles as string[]) ?? []}
                  error={problemOf("two_factor.required_roles")}
                  onChange={(roles) => put("two_factor", "required_roles", roles)}
                />
              )}
              {group.id === "allowed_ips" && (
                <Addresses
                  value={(draft.allowed_ips as string[]) ?? []}
                  error={problemOf("allowed_ips")}
                  onChange={(allowed_ips) => setDraft((d) => ({ ...d, allowed_ips }))}
                />
              )}
            </div>
          </section>
        ))}
      </div>
    </PageFrame>
  );
}

interface SettingProps {
  line: Line;
  value: unknown;
  error: string | undefined;
  onChange: (value: unknown) => void;
}

function Setting({ line, value, error, onChange }: SettingProps) {
  if (line.control === "switch")
    return (
      <label className="col-span-full flex items-center gap-2">
        <Checkbox checked={value === true} onChange={(event) => onChange(event.target.checked)} />
        {line.label}
      </label>
    );
  return (
    <FieldFrame label={line.label} error={error} hint={line.hint}>
      {(ids) => (
        <TextInput
          id={ids.id}
          type="number"
          min={0}
          aria-describedby={ids.describedBy}
          aria-invalid={ids.invalid || undefined}
          placeholder={line.empty}
          className="num"
          value={value === null || value === undefined ? "" : String(value)}
          onChange={(event) => onChange(event.target.value === "" ? null : Number(event.target.value))}
        />
      )}
    </FieldFrame>
  );
}

interface ListProps {
  value: string[];
  error: string | undefined;
  onChange: (value: string[]) => void;
}

function RequiredRoles({ value, error, onChange }: ListProps) {
  const roles = useComponents<{ name: string; label?: string }>("roles");
  return (
    <FieldFrame label={t("Roles that need a second factor")} error={error} className="col-span-full">
      {(ids) => (
        <Select
          id={ids.id}
          multiple
          clearable
          label={t("Roles that need a second factor")}
          placeholder={t("None")}
          invalid={ids.invalid}
          choices={(roles.data ?? []).map((role) => ({ id: role.name, label: role.label || humanize(role.name) }))}
          value={value}
          onChange={onChange}
        />
      )}
    </FieldFrame>
  );
}

function Addresses({ value, error, onChange }: ListProps) {
  const [text, setText] = useState(value.join("\n"));
  return (
    <FieldFrame
      label={t("Addresses and networks, one a line")}
      hint={t("Such as 203.0.113.7 or 2001:db8::/32. Empty lets everybody in. Your own address must be among them.")}
      error={error}
      className="col-span-full"
    >
      {(ids) => (
        <TextArea
          id={ids.id}
          rows={3}
          aria-describedby={ids.describedBy}
          aria-invalid={ids.invalid || undefined}
          className="font-mono"
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            onChange(event.target.value.split(/[\s,]+/).filter(Boolean));
          }}
        />
      )}
    </FieldFrame>
  );
}
