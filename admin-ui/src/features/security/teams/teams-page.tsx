// Teams: people who work together, and may see what the others own where a role says "team".
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Plus, Trash2, UsersRound } from "lucide-react";
import { useState } from "react";
import { Loaded } from "@/api/loaded";
import { deleteTeam, listPeople, listTeams, type Person, saveTeam, type Team } from "@/api/people";
import { problemsByField } from "@/api/problem";
import { useCatalog } from "@/catalog/catalog";
import { Avatar, Empty, Notice } from "@/components/bits";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { FieldFrame } from "@/components/field-frame";
import { TextInput } from "@/components/inputs";
import { PageFrame, useTitle } from "@/components/page-frame";
import { Select } from "@/components/select";
import { toast } from "@/components/toast";
import { t } from "@/lib/i18n";
import { apiName, count, humanize } from "@/lib/text";

export function TeamsPage() {
  const catalog = useCatalog();
  const teams = useQuery({ queryKey: ["teams"], queryFn: ({ signal }) => listTeams(signal) });
  const people = useQuery({ queryKey: ["people"], queryFn: ({ signal }) => listPeople(signal) });
  const [open, setOpen] = useState<Team | "new" | null>(null);
  useTitle(t("Teams"), t("Setup"), catalog.me.tenant.name);
  const byId = new Map(people.data?.map((p) => [p.id, p]));
  const add = (
    <Button look="solid" size="md" icon={<Plus size={15} />} onClick={() => setOpen("new")}>
      {t("New team")}
    </Button>
  );
  return (
    <PageFrame
      title={t("Teams")}
      about={t("People who work together. Roles can open what one's team owns, and records can be shared with a team.")}
      action={teams.data?.length ? add : undefined}
    >
      <Loaded query={teams} what={t("The teams")}>
        {(list) =>
          list.length === 0 ? (
            <Empty glyph={<UsersRound size={28} className="text-text-3" />} title={t("No teams yet")} action={add}>
              {t("Make one for each group of people who share their records.")}
            </Empty>
          ) : (
            <ul className="divide-y divide-line border-line border-y">
              {list.map((team) => (
                <li key={team.id}>
                  <button
                    type="button"
                    className="flex w-full items-center gap-3 px-1.5 py-2.5 text-start hover:bg-hover"
                    onClick={() => setOpen(team)}
                  >
                    <UsersRound size={17} aria-hidden="true" className="shrink-0 text-text-3" />
                    <span className="min-w-0 flex-1">
                      <span className="block truncate font-medium">{team.label || humanize(team.name)}</span>
                      <span className="block truncate text-text-2 text-xs">
                        <span className="font-mono">{team.name}</span> ·{" "}
                        {count(team.members.length, t("member"), t("members"))}
                      </span>
                    </span>
                    <span className="hidden -space-x-1 phone:flex">
                      {team.members.slice(0, 6).map((id) => (
                        <Avatar key={id} name={byId.get(id)?.name ?? "?"} size={22} />
                      ))}
                    </span>
                  </button>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
      {open && (
        <TeamDrawer
          key={open === "new" ? "new" : open.id}
          team={open === "new" ? undefined : open}
          people={people.data ?? []}
          onClose={() => setOpen(null)}
        />
      )}
    </PageFrame>
  );
}

function TeamDrawer({ team, people, onClose }: { team: Team | undefined; people: Person[]; onClose: () => void }) {
  const client = useQueryClient();
  const [label, setLabel] = useState(team?.label ?? (team ? humanize(team.name) : ""));
  const [members, setMembers] = useState<string[]>(team?.members ?? []);
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState(false);
  const [leaving, setLeaving] = useState(false);
  const name = team?.name ?? apiName(label);

  async function run(work: () => Promise<void>, words: string) {
    setBusy(true);
    try {
      await work();
      await Promise.all(["teams", "people"].map((key) => client.invalidateQueries({ queryKey: [key] })));
      toast(words);
      onClose();
    } catch (error) {
      setBusy(false);
      setLeaving(false);
      setErrors(problemsByField(error));
    }
  }

  function save() {
    if (!label.trim() || !name) return setErrors({ label: t("Give the team a label.") });
    return run(
      () => saveTeam(team?.id, { ...(team ? {} : { name }), label: label.trim(), members }),
      t("Saved {name}", { name: label.trim() }),
    );
  }

  const general = Object.entries(errors).filter(([key]) => !["label", "name", "members"].includes(key));
  return (
    <Dialog
      shape="drawer"
      width="460px"
      title={team ? label : t("New team")}
      onClose={onClose}
      onSubmit={save}
      footer={
        <>
          {team && !leaving && (
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
            {team ? t("Save team") : t("Add team")}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {general.length > 0 && (
          <Notice title={t("The team could not be saved.")}>{general.map(([, t]) => t).join(" ")}</Notice>
        )}
        {leaving && team && (
          <Notice
            tone="warning"
            title={t("Delete {name}?", { name: label })}
            action={
              <Button
                look="danger"
                onClick={() => run(() => deleteTeam(team.id), t("Deleted {name}", { name: label }))}
              >
                {t("Delete now")}
              </Button>
            }
          >
            {t("What its members saw because of it, they see no longer. Their own records stay.")}
          </Notice>
        )}
        <FieldFrame
          label={t("Label")}
          required
          error={errors.label ?? errors.name}
          hint={name && <span className="font-mono">{name}</span>}
        >
          {(ids) => (
            <TextInput
              id={ids.id}
              data-autofocus
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
        <FieldFrame label={t("Members")} error={errors.members}>
          {(ids) => (
            <Select
              id={ids.id}
              multiple
              label={t("Members")}
              placeholder={t("Nobody yet")}
              choices={people
                .filter((p) => p.active || members.includes(p.id))
                .map((p) => ({ id: p.id, label: p.name, words: p.email, icon: <Avatar name={p.name} size={18} /> }))}
              value={members}
              onChange={setMembers}
            />
          )}
        </FieldFrame>
      </div>
    </Dialog>
  );
}
