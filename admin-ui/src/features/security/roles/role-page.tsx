// One role or permission set: what it is for, what it builds on, and the matrix of what it gives.
import { type QueryClient, queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { ArrowLeft, Trash2 } from "lucide-react";
import { useState } from "react";
import { Loaded } from "@/api/loaded";
import { applyChanges, listComponents, planChanges } from "@/api/metadata";
import { PERMISSIONS, permissionWord } from "@/catalog/access-words";
import { useCatalog } from "@/catalog/catalog";
import { useReloadCatalog } from "@/catalog/load";
import type { RoleDef, Roles } from "@/catalog/role-rights";
import { ReviewDialog } from "@/changes/review-dialog";
import { Empty, Notice } from "@/components/bits";
import { Button, IconButton } from "@/components/button";
import { FieldFrame } from "@/components/field-frame";
import { Checkbox, TextInput } from "@/components/inputs";
import { backLink, PageFrame, useTitle } from "@/components/page-frame";
import { Select } from "@/components/select";
import { toast } from "@/components/toast";
import { Unsaved } from "@/components/unsaved";
import { differences } from "@/lib/differences";
import { t } from "@/lib/i18n";
import { count, humanize } from "@/lib/text";
import { PermissionMatrix } from "./permission-matrix";

export type RoleKind = "roles" | "permission-sets";

const NOUN: Record<RoleKind, string> = { roles: "role", "permission-sets": "permission set" };

const roleKindOf = (kind: string): RoleKind => (kind === "permission-sets" ? "permission-sets" : "roles");

const rolesQuery = (kind: RoleKind) =>
  queryOptions({
    queryKey: ["components", kind],
    queryFn: ({ signal }) => listComponents<RoleDef>(kind, signal),
  });

/** Asks for what the page shows, before it is drawn. */
export const prepareRole = (client: QueryClient, kind: string): Promise<void> =>
  client.prefetchQuery(rolesQuery(roleKindOf(kind)));

export function RolePage() {
  const { kind, name } = useParams({ from: "/shell/setup/access/$kind/$name" });
  const roleKind = roleKindOf(kind);
  const query = useQuery(rolesQuery(roleKind));
  return (
    <Loaded query={query} what={t("The {roleKind}", { roleKind: t(NOUN[roleKind]) })}>
      {(list) => {
        const role = list.find((r) => r.name === name);
        if (!role) return <Empty title={t("There is no {roleKind} {name}", { roleKind: t(NOUN[roleKind]), name })} />;
        return <RoleEditor key={name} kind={roleKind} role={role} all={list} />;
      }}
    </Loaded>
  );
}

const READ_ONLY = ["name", "package", "custom", "built_in", "id"];

function definitionOf(role: RoleDef): Record<string, unknown> {
  const kept = Object.entries(role).filter(
    ([key, value]) =>
      !READ_ONLY.includes(key) &&
      value !== undefined &&
      value !== "" &&
      !(typeof value === "object" && value !== null && Object.keys(value).length === 0),
  );
  return Object.fromEntries(kept);
}

function RoleEditor({ kind, role, all }: { kind: RoleKind; role: RoleDef; all: RoleDef[] }) {
  const catalog = useCatalog();
  const client = useQueryClient();
  const navigate = useNavigate();
  const reload = useReloadCatalog();
  const [draft, setDraft] = useState(role);
  const [open, setOpen] = useState<"publish" | "delete" | null>(null);
  const roles: Roles = new Map(all.map((r) => [r.name, r.name === role.name ? draft : r]));
  const [before, after] = [definitionOf(role), definitionOf(draft)];
  const changes = differences(before, after).length;
  const fixed = kind === "roles" && role.name === "administrator";
  const label = draft.label || humanize(role.name);
  useTitle(label, t("Setup"), catalog.me.tenant.name);
  const set = (patch: Partial<RoleDef>) => setDraft((d) => ({ ...d, ...patch }));
  const definition = open === "delete" ? null : after;
  const asked = [{ kind, name: role.name, definition }];

  return (
    <PageFrame
      above={
        <Link to="/setup/roles" className={backLink}>
          <ArrowLeft size={13} />
          {t("Roles and permission sets")}
        </Link>
      }
      title={label}
      about={
        <>
          <span className="font-mono text-xs">{role.name}</span> {draft.description}
        </>
      }
      action={
        !fixed && (
          <>
            <IconButton
              label={t("Delete this {kind}", { kind: t(NOUN[kind]) })}
              className="size-8"
              onClick={() => setOpen("delete")}
            >
              <Trash2 size={15} />
            </IconButton>
            {changes > 0 && (
              <Button size="md" onClick={() => setDraft(role)}>
                {t("Reset")}
              </Button>
            )}
            <Button look="solid" size="md" disabled={changes === 0} onClick={() => setOpen("publish")}>
              {changes ? t("Publish {what}", { what: count(changes, t("change"), t("changes")) }) : t("Publish")}
            </Button>
          </>
        )
      }
    >
      <Unsaved changed={changes > 0} />
      {fixed && (
        <div className="mb-5">
          <Notice tone="warning" title={t("Administrators may do everything. This cannot be narrowed.")} />
        </div>
      )}
      <div className="mb-6 grid gap-4 phone:grid-cols-3">
        <FieldFrame label={t("Label")}>
          {({ id }) => (
            <TextInput
              id={id}
              maxLength={80}
              disabled={fixed}
              value={draft.label ?? ""}
              onChange={(e) => set({ label: e.target.value })}
            />
          )}
        </FieldFrame>
        <FieldFrame label={t("Description")}>
          {({ id }) => (
            <TextInput
              id={id}
              maxLength={500}
              disabled={fixed}
              value={draft.description ?? ""}
              onChange={(e) => set({ description: e.target.value })}
            />
          )}
        </FieldFrame>
        <FieldFrame label={t("Builds on")}>
          {({ id }) => (
            <Select
              id={id}
              multiple
              label={t("Builds on")}
              placeholder={t("Nothing")}
              disabled={fixed}
              choices={all
                .filter((r) => r.name !== role.name && r.name !== "administrator")
                .map((r) => ({ id: r.name, label: r.label || humanize(r.name) }))}
              value={draft.inherits ?? []}
              onChange={(inherits) => set({ inherits })}
            />
          )}
        </FieldFrame>
      </div>
      <section aria-label={t("Records")} className="mb-8">
        <h2 className="mb-2 font-semibold text-base">{t("Records")}</h2>
        <PermissionMatrix roles={roles} role={draft} before={role} disabled={fixed} onChange={setDraft} />
      </section>
      <SystemRights role={draft} roles={roles} disabled={fixed} onChange={set} />
      {open && (
        <ReviewDialog
          title={open === "delete" ? t("Delete {name}?", { name: label }) : t("Publish {name}", { name: label })}
          verb={open === "delete" ? t("Delete {kind}", { kind: t(NOUN[kind]) }) : t("Publish changes")}
          danger={open === "delete"}
          about={
            open === "delete"
              ? t("Whoever has it loses what it gives, at once.")
              : t("Whoever has it gains and loses access at once.")
          }
          word={role.name}
          planKey={asked}
          plan={(signal) => planChanges(asked, signal)}
          apply={({ message, allowDataLoss }) => applyChanges(asked, message, allowDataLoss)}
          parts={[{ kind, name: role.name, before, after: definition }]}
          aboutAccess
          messageHint={t("Why it is changed; shown in the change history.")}
          onClose={() => setOpen(null)}
          onDone={async () => {
            const gone = open === "delete";
            setOpen(null);
            if (gone) navigate({ to: "/setup/roles", ignoreBlocker: true });
            await Promise.all([client.invalidateQueries({ queryKey: ["components", kind] }), reload()]);
            toast(gone ? t("Deleted {label}", { label }) : t("Published {label}", { label }));
          }}
        />
      )}
    </PageFrame>
  );
}

interface SystemRightsProps {
  role: RoleDef;
  roles: Roles;
  disabled: boolean;
  onChange: (patch: Partial<RoleDef>) => void;
}

function inheritedSystem(role: RoleDef, roles: Roles, seen: string[] = []): Set<string> {
  const found = new Set<string>();
  for (const name of role.inherits ?? []) {
    const parent = roles.get(name);
    if (!parent || seen.includes(name)) continue;
    const from = inheritedSystem(parent, roles, [...seen, name]);
    for (const word of parent.mutes ?? []) from.delete(word);
    for (const word of [...from, ...(parent.system ?? [])]) found.add(word);
  }
  return found;
}

function SystemRights({ role, roles, disabled, onChange }: SystemRightsProps) {
  const inherited = inheritedSystem(role, roles);
  const words = [...new Set([...PERMISSIONS, ...(role.system ?? []), ...inherited])];
  const without = (list: string[] | undefined, word: string) => (list ?? []).filter((w) => w !== word);
  return (
    <section aria-label={t("Administration")}>
      <h2 className="mb-2 font-semibold text-base">{t("Administration")}</h2>
      <ul className="grid gap-x-8 gap-y-2 phone:grid-cols-2">
        {words.map((word) => {
          const given = role.system?.includes(word) || (inherited.has(word) && !role.mutes?.includes(word));
          return (
            <li key={word}>
              <label className="flex items-start gap-2.5">
                <Checkbox
                  className="mt-0.5"
                  checked={Boolean(given)}
                  disabled={disabled}
                  onChange={(e) => {
                    const on = e.target.checked;
                    onChange({
                      system:
                        on && !inherited.has(word) ? [...without(role.system, word), word] : without(role.system, word),
                      mutes:
                        !on && inherited.has(word) ? [...without(role.mutes, word), word] : without(role.mutes, word),
                    });
                  }}
                />
                <span>
                  {permissionWord(word)}
                  <span className="block font-mono text-text-3 text-xs">
                    {word}
                    {inherited.has(word) && ` · ${t("inherited")}`}
                  </span>
                </span>
              </label>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
