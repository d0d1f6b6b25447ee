// One user: made, changed, deactivated.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Ban, RotateCcw } from "lucide-react";
import { useState } from "react";
import { changePerson, createPerson, listTeams, type Person } from "@/api/people";
import { messageOf, problemsByField } from "@/api/problem";
import { useCatalog } from "@/catalog/catalog";
import { useComponents } from "@/changes/use-components";
import { Avatar, Notice } from "@/components/bits";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { FieldFrame } from "@/components/field-frame";
import { TextInput } from "@/components/inputs";
import { Select } from "@/components/select";
import { toast, toastError } from "@/components/toast";
import { t } from "@/lib/i18n";
import { humanize } from "@/lib/text";
import { PasswordField } from "./password-field";
import { PersonAccess } from "./person-access";
import { below, type PersonDraft, patchOf, startPerson } from "./person-draft";
import { useRoles } from "./use-roles";

interface PersonPanelProps {
  person?: Person;
  people: Person[];
  onClose: () => void;
}

const ZONES = typeof Intl.supportedValuesOf === "function" ? Intl.supportedValuesOf("timeZone") : [];

export function PersonPanel({ person, people, onClose }: PersonPanelProps) {
  const catalog = useCatalog();
  const client = useQueryClient();
  const [draft, setDraft] = useState<PersonDraft>(() => startPerson(person));
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState(false);
  const [leaving, setLeaving] = useState(false);
  const self = person?.id === catalog.me.user.id;

  const set = (patch: Partial<PersonDraft>) => {
    setDraft((d) => ({ ...d, ...patch }));
    setErrors({});
  };

  async function save() {
    const patch = patchOf(draft, person);
    const proof = self && patch.email !== undefined ? (["current_password"] as const) : [];
    const needed = (["name", "email", ...proof] as const).filter((key) => !draft[key].trim());
    if (needed.length) return setErrors(Object.fromEntries(needed.map((key) => [key, t("This is needed.")])));
    if (person && Object.keys(patch).length === 0) return onClose();
    setBusy(true);
    try {
      await (person ? changePerson(person.id, patch) : createPerson(patch));
      await client.invalidateQueries({ queryKey: ["people"] });
      toast(person ? t("Saved {name}", { name: draft.name }) : t("Added {name}", { name: draft.name }));
      onClose();
    } catch (error) {
      setBusy(false);
      setErrors(problemsByField(error));
    }
  }

  async function activate(active: boolean) {
    if (!person) return;
    try {
      await changePerson(person.id, { active });
      await client.invalidateQueries({ queryKey: ["people"] });
      toast(`${active ? t("Reactivated") : t("Deactivated")} ${person.name}`, {
        action: {
          label: t("Undo"),
          run: () =>
            changePerson(person.id, { active: !active })
              .then(() => client.invalidateQueries({ queryKey: ["people"] }))
              .catch((error) => toastError(messageOf(error))),
        },
      });
      onClose();
    } catch (error) {
      setLeaving(false);
      setErrors(problemsByField(error));
    }
  }

  const known = [
    "name",
    "email",
    "password",
    "current_password",
    "title",
    "roles",
    "manager_id",
    "time_zone",
    "permission_sets",
    "teams",
  ];
  const general = Object.entries(errors).filter(([key]) => !known.includes(key));
  return (
    <Dialog
      shape="drawer"
      width="480px"
      title={person?.name ?? t("New user")}
      mark={person && <Avatar name={person.name} size={22} />}
      onClose={onClose}
      onSubmit={save}
      footer={
        <>
          {person && !self && !leaving && (
            <Button
              look={person.active ? "danger-ghost" : "outline"}
              size="md"
              className="me-auto"
              icon={person.active ? <Ban size={14} /> : <RotateCcw size={14} />}
              onClick={() => (person.active ? setLeaving(true) : activate(true))}
            >
              {person.active ? t("Deactivate") : t("Reactivate")}
            </Button>
          )}
          <Button size="md" onClick={onClose}>
            {t("Cancel")}
          </Button>
          <Button look="solid" size="md" type="submit" busy={busy}>
            {person ? t("Save user") : t("Add user")}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {general.length > 0 && (
          <Notice title={t("The user could not be saved.")}>{general.map(([, text]) => text).join(" ")}</Notice>
        )}
        {leaving && person && (
          <Notice
            tone="warning"
            title={t("Deactivate {name}?", { name: person.name })}
            action={
              <Button look="danger" onClick={() => activate(false)}>
                {t("Deactivate now")}
              </Button>
            }
          >
            {t(
              "They are signed out at once and their keys stop working. Their records stay and can be given to others.",
            )}
          </Notice>
        )}
        <PersonForm draft={draft} person={person} people={people} errors={errors} self={self} onChange={set} />
        {person?.active && !self && <PersonAccess person={person} />}
      </div>
    </Dialog>
  );
}

interface PersonFormProps {
  draft: PersonDraft;
  person: Person | undefined;
  people: Person[];
  errors: Record<string, string>;
  self: boolean;
  onChange: (patch: Partial<PersonDraft>) => void;
}

function PersonForm({ draft, person, people, errors, self, onChange }: PersonFormProps) {
  const roles = useRoles(people);
  const under = below(person, people);
  const leaders = people.filter((p) => p.active && !under.has(p.id));
  const text = (key: "name" | "email" | "title", label: string, required: boolean, type = "text") => (
    <FieldFrame label={label} required={required} error={errors[key]}>
      {(ids) => (
        <TextInput
          id={ids.id}
          type={type}
          data-autofocus={key === "name" || undefined}
          maxLength={254}
          aria-describedby={ids.describedBy}
          aria-invalid={ids.invalid || undefined}
          value={draft[key]}
          onChange={(e) => onChange({ [key]: e.target.value })}
        />
      )}
    </FieldFrame>
  );
  return (
    <>
      {text("name", t("Name"), true)}
      {text("email", t("Email"), true, "email")}
      {self && draft.email.trim() !== person?.email && (
        <FieldFrame
          label={t("Your present password")}
          required
          hint={t("Your own address is changed with it.")}
          error={errors.current_password}
        >
          {(ids) => (
            <TextInput
              id={ids.id}
              type="password"
              autoComplete="current-password"
              aria-describedby={ids.describedBy}
              aria-invalid={ids.invalid || undefined}
              value={draft.current_password}
              onChange={(e) => onChange({ current_password: e.target.value })}
            />
          )}
        </FieldFrame>
      )}
      {self ? (
        <p className="text-text-2 text-xs">
          {t("Your own password is changed with the old one:")}{" "}
          <Link to="/setup/my-security" className="text-accent-text underline underline-offset-2">
            {t("Your sign-in")}
          </Link>
        </p>
      ) : (
        <PasswordField draft={draft} existing={Boolean(person)} error={errors.password} onChange={onChange} />
      )}
      <FieldFrame
        label={t("Roles")}
        hint={self ? t("You cannot change your own roles here.") : t("What they add up to is what the user may do.")}
        error={errors.roles}
      >
        {(ids) => (
          <Select
            id={ids.id}
            multiple
            label={t("Roles")}
            placeholder={t("Member")}
            disabled={self}
            choices={roles}
            value={draft.roles}
            onChange={(next) => onChange({ roles: next })}
            invalid={ids.invalid}
            describedBy={ids.describedBy}
          />
        )}
      </FieldFrame>
      <Belonging draft={draft} errors={errors} onChange={onChange} />
      <FieldFrame
        label={t("Manager")}
        hint={t("Managers see what their people own, where the object says so.")}
        error={errors.manager_id}
      >
        {(ids) => (
          <Select
            id={ids.id}
            label={t("Manager")}
            placeholder={t("Nobody")}
            clearable
            choices={leaders.map((p) => ({ id: p.id, label: p.name, icon: <Avatar name={p.name} size={18} /> }))}
            value={draft.manager_id ? [draft.manager_id] : []}
            onChange={(next) => onChange({ manager_id: next[0] ?? null })}
            invalid={ids.invalid}
            describedBy={ids.describedBy}
          />
        )}
      </FieldFrame>
      {text("title", t("Job title"), false)}
      <FieldFrame label={t("Time zone")} error={errors.time_zone}>
        {(ids) => (
          <Select
            id={ids.id}
            label={t("Time zone")}
            placeholder={t("As the workspace")}
            clearable
            choices={ZONES.map((zone) => ({ id: zone, label: zone.replace(/_/g, " ") }))}
            value={draft.time_zone ? [draft.time_zone] : []}
            onChange={(next) => onChange({ time_zone: next[0] ?? null })}
          />
        )}
      </FieldFrame>
      {person && (
        <p className="text-text-3 text-xs">
          {person.active ? t("Active") : t("Deactivated")} · <span className="font-mono">{person.id}</span>
        </p>
      )}
    </>
  );
}

interface BelongingProps {
  draft: PersonDraft;
  errors: Record<string, string>;
  onChange: (patch: Partial<PersonDraft>) => void;
}

/** What adds to the roles: permission sets, and the teams that one is in. */
function Belonging({ draft, errors, onChange }: BelongingProps) {
  const sets = useComponents<{ name: string; label?: string }>("permission-sets");
  const teams = useQuery({ queryKey: ["teams"], queryFn: ({ signal }) => listTeams(signal) });
  const choices = (list: { name: string; label?: string | null }[] | undefined) =>
    (list ?? []).map((one) => ({ id: one.name, label: one.label || humanize(one.name) }));
  return (
    <>
      {(sets.data?.length ?? 0) > 0 && (
        <FieldFrame label={t("Permission sets")} error={errors.permission_sets}>
          {(ids) => (
            <Select
              id={ids.id}
              multiple
              label={t("Permission sets")}
              placeholder={t("None")}
              choices={choices(sets.data)}
              value={draft.permission_sets}
              onChange={(permission_sets) => onChange({ permission_sets })}
            />
          )}
        </FieldFrame>
      )}
      {(teams.data?.length ?? 0) > 0 && (
        <FieldFrame label={t("Teams")} error={errors.teams}>
          {(ids) => (
            <Select
              id={ids.id}
              multiple
              label={t("Teams")}
              placeholder={t("None")}
              choices={choices(teams.data)}
              value={draft.teams}
              onChange={(next) => onChange({ teams: next })}
            />
          )}
        </FieldFrame>
      )}
    </>
  );
}
