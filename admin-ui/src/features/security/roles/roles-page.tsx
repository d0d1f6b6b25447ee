// Roles and permission sets: who has them, what they build on, and the way to a new one.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Plus, ShieldCheck, ShieldPlus } from "lucide-react";
import { useState } from "react";
import { Loaded } from "@/api/loaded";
import { applyChanges, listComponents } from "@/api/metadata";
import { listPeople, type Person } from "@/api/people";
import { problemsByField } from "@/api/problem";
import { useCatalog } from "@/catalog/catalog";
import type { RoleDef } from "@/catalog/role-rights";
import { Empty, Notice, Tag } from "@/components/bits";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { FieldFrame } from "@/components/field-frame";
import { TextInput } from "@/components/inputs";
import { PageFrame, useTitle } from "@/components/page-frame";
import { Select } from "@/components/select";
import { toast } from "@/components/toast";
import { t } from "@/lib/i18n";
import { apiName, count, humanize } from "@/lib/text";
import type { RoleKind } from "./role-page";

export function RolesPage() {
  const catalog = useCatalog();
  const [making, setMaking] = useState<RoleKind | null>(null);
  const roles = useQuery({
    queryKey: ["components", "roles"],
    queryFn: ({ signal }) => listComponents<RoleDef>("roles", signal),
  });
  const sets = useQuery({
    queryKey: ["components", "permission-sets"],
    queryFn: ({ signal }) => listComponents<RoleDef>("permission-sets", signal),
  });
  const people = useQuery({
    queryKey: ["people"],
    enabled: catalog.may("manage_users"),
    queryFn: ({ signal }) => listPeople(signal),
  });
  useTitle(t("Roles"), t("Setup"), catalog.me.tenant.name);
  return (
    <PageFrame
      title={t("Roles and permission sets")}
      about={t("What people may do. Roles build on each other; a permission set adds to the roles of whoever has it.")}
      action={
        <>
          <Button look="outline" size="md" icon={<Plus size={15} />} onClick={() => setMaking("permission-sets")}>
            {t("New permission set")}
          </Button>
          <Button look="solid" size="md" icon={<Plus size={15} />} onClick={() => setMaking("roles")}>
            {t("New role")}
          </Button>
        </>
      }
    >
      <Loaded query={roles} what={t("The roles")}>
        {(list) => <RoleList kind="roles" title={t("Roles")} list={list} people={people.data ?? []} />}
      </Loaded>
      <Loaded query={sets} what={t("The permission sets")} lines={[50]}>
        {(list) => (
          <RoleList kind="permission-sets" title={t("Permission sets")} list={list} people={people.data ?? []} />
        )}
      </Loaded>
      {making && (
        <NewRole
          kind={making}
          all={(making === "roles" ? roles.data : sets.data) ?? []}
          onClose={() => setMaking(null)}
        />
      )}
    </PageFrame>
  );
}

interface RoleListProps {
  kind: RoleKind;
  title: string;
  list: RoleDef[];
  people: Person[];
}

function RoleList({ kind, title, list, people }: RoleListProps) {
  const Icon = kind === "roles" ? ShieldCheck : ShieldPlus;
  const holders = (name: string) =>
    people.filter((p) => p.active && (kind === "roles" ? p.roles : (p.permission_sets ?? [])).includes(name)).length;
  return (
    <section aria-label={title} className="mb-8">
      <h2 className="mb-1 font-semibold text-base">{title}</h2>
      {list.length === 0 ? (
        <Empty title={t("None yet")}>
          {t("A permission set gives somebody something more without a role of their own.")}
        </Empty>
      ) : (
        <ul className="divide-y divide-line border-line border-y">
          {list.map((role) => (
            <li key={role.name}>
              <Link
                to="/setup/access/$kind/$name"
                params={{ kind, name: role.name }}
                className="flex items-center gap-3 px-1.5 py-2.5 hover:bg-hover"
              >
                <Icon size={17} aria-hidden="true" className="shrink-0 text-text-3" />
                <span className="min-w-0 flex-1">
                  <span className="block truncate font-medium">{role.label || humanize(role.name)}</span>
                  <span className="block truncate text-text-2 text-xs">
                    {[
                      role.description,
                      role.inherits?.length
                        ? t("builds on {inherits}", { inherits: role.inherits.map(humanize).join(", ") })
                        : "",
                      role.objects?.["*"]
                        ? t("rights on every object")
                        : count(Object.keys(role.objects ?? {}).length, t("object"), t("objects")),
                    ]
                      .filter(Boolean)
                      .join(" · ")}
                  </span>
                </span>
                {(role.system?.length ?? 0) > 0 && <Tag color="purple">{t("Administration")}</Tag>}
                {people.length > 0 && (
                  <span className="num w-20 shrink-0 text-end text-text-2 text-xs">
                    {count(holders(role.name), t("user"), t("users"))}
                  </span>
                )}
              </Link>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function NewRole({ kind, all, onClose }: { kind: RoleKind; all: RoleDef[]; onClose: () => void }) {
  const navigate = useNavigate();
  const client = useQueryClient();
  const [label, setLabel] = useState("");
  const [chosen, setChosen] = useState<string[]>();
  // The roles may come after the dialog.
  const inherits = chosen ?? (kind === "roles" && all.some((r) => r.name === "user") ? ["user"] : []);
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState(false);
  const noun = kind === "roles" ? t("role") : t("permission set");
  const name = apiName(label);
  const taken = all.some((r) => r.name === name);

  async function save() {
    if (!name) return setErrors({ label: t("Give the {noun} a label.", { noun }) });
    if (taken) return setErrors({ label: t("There is already a {noun} {name}.", { noun, name }) });
    setBusy(true);
    try {
      const definition = { label: label.trim(), ...(inherits.length ? { inherits } : {}) };
      await applyChanges([{ kind, name, definition }], t("Add the {noun} {label}", { noun, label: label.trim() }));
      await client.invalidateQueries({ queryKey: ["components", kind] });
      toast(t("Added {name}", { name: label.trim() }));
      navigate({ to: "/setup/access/$kind/$name", params: { kind, name } });
    } catch (error) {
      setBusy(false);
      setErrors(problemsByField(error));
    }
  }

  const others = Object.entries(errors).filter(([key]) => key !== "label");
  return (
    <Dialog
      title={t("New {noun}", { noun })}
      width="440px"
      onClose={onClose}
      onSubmit={save}
      footer={
        <>
          <Button size="md" onClick={onClose}>
            {t("Cancel")}
          </Button>
          <Button look="solid" size="md" type="submit" busy={busy}>
            {t("Add {noun}", { noun })}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {others.length > 0 && <Notice title={t("It could not be added.")}>{others.map(([, t]) => t).join(" ")}</Notice>}
        <FieldFrame
          label={t("Label")}
          required
          error={errors.label}
          hint={name && <span className="font-mono">{name}</span>}
        >
          {(ids) => (
            <TextInput
              id={ids.id}
              data-autofocus
              autoFocus
              maxLength={80}
              aria-describedby={ids.describedBy}
              aria-invalid={ids.invalid || undefined}
              value={label}
              onChange={(e) => {
                setLabel(e.target.value);
                setErrors({});
              }}
            />
          )}
        </FieldFrame>
        <FieldFrame label={t("Builds on")} hint={t("It begins with what these give.")}>
          {(ids) => (
            <Select
              id={ids.id}
              multiple
              label={t("Builds on")}
              placeholder={t("Nothing")}
              choices={all
                .filter((r) => r.name !== "administrator")
                .map((r) => ({ id: r.name, label: r.label || humanize(r.name) }))}
              value={inherits}
              onChange={setChosen}
            />
          )}
        </FieldFrame>
      </div>
    </Dialog>
  );
}
