// The people of the tenant: who they are, what role they have, who manages them, and whether they may sign in.
import { useQuery } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { useState } from "react";
import { Loaded } from "@/api/loaded";
import { listPeople, type Person } from "@/api/people";
import { useCatalog } from "@/catalog/catalog";
import { Avatar, Empty, Tag } from "@/components/bits";
import { Button } from "@/components/button";
import { Checkbox, TextInput } from "@/components/inputs";
import { LinkTabs } from "@/components/link-tabs";
import { PageFrame, tableCell, tableHead, useTitle } from "@/components/page-frame";
import { cx } from "@/lib/cx";
import { t } from "@/lib/i18n";
import { useShortcuts } from "@/lib/shortcuts";
import { PeopleTree } from "./people-tree";
import { PersonPanel } from "./person-panel";
import { useRoles } from "./use-roles";

const TABS = [
  { id: "list", label: "List" },
  { id: "tree", label: "Org tree" },
];

export const peopleQuery = {
  queryKey: ["people"],
  queryFn: ({ signal }: { signal: AbortSignal }) => listPeople(signal),
};

export function UsersPage() {
  const catalog = useCatalog();
  const query = useQuery(peopleQuery);
  const current = useSearch({ from: "/shell/setup/users" }).shown ?? "list";
  const [text, setText] = useState("");
  const [inactive, setInactive] = useState(false);
  const [open, setOpen] = useState<"new" | string | null>(null);
  useTitle(t("Users"), t("Setup"), catalog.me.tenant.name);
  useShortcuts({ c: () => setOpen("new"), "/": () => document.getElementById("find-user")?.focus() });
  const sought = (p: Person) =>
    `${p.name} ${p.email} ${p.roles.join(" ")}`.toLowerCase().includes(text.trim().toLowerCase());
  return (
    <PageFrame
      title={t("Users")}
      about={t(
        "Who may sign in and what their roles let them do. A deactivated user is signed out at once; their records stay.",
      )}
      action={
        <Button look="solid" size="md" icon={<Plus size={15} />} onClick={() => setOpen("new")}>
          {t("New user")}
        </Button>
      }
      below={
        <LinkTabs
          label={t("People as")}
          tabs={TABS.map((tab) => ({ ...tab, label: t(tab.label) }))}
          current={current}
          link={(tab, props) => (
            <Link
              key={tab.id}
              to="/setup/users"
              search={{ shown: tab.id === "tree" ? "tree" : undefined }}
              {...props}
            />
          )}
        />
      }
    >
      <div className="mb-3 flex flex-wrap items-center gap-x-4 gap-y-2">
        <TextInput
          id="find-user"
          type="search"
          className="max-w-72"
          placeholder={t("Find a user")}
          aria-label={t("Find a user")}
          value={text}
          onChange={(e) => setText(e.target.value)}
        />
        <label className="flex items-center gap-2">
          <Checkbox checked={inactive} onChange={(e) => setInactive(e.target.checked)} />
          {t("Show deactivated")}
        </label>
      </div>
      <Loaded query={query} what={t("The users")}>
        {(people) => {
          const wanted = (p: Person) => (inactive || p.active) && sought(p);
          const shown = people.filter(wanted);
          const edited = people.find((p) => p.id === open);
          return (
            <>
              {shown.length === 0 ? (
                <Empty title={text ? t("No user matches “{text}”", { text }) : t("No users yet")} />
              ) : current === "tree" ? (
                <PeopleTree people={people} wanted={wanted} onOpen={setOpen} />
              ) : (
                <PeopleTable people={shown} onOpen={setOpen} />
              )}
              {open === "new" && <PersonPanel people={people} onClose={() => setOpen(null)} />}
              {edited && <PersonPanel key={edited.id} person={edited} people={people} onClose={() => setOpen(null)} />}
            </>
          );
        }}
      </Loaded>
    </PageFrame>
  );
}

function PeopleTable({ people, onOpen }: { people: Person[]; onOpen: (id: string) => void }) {
  const labels = new Map(useRoles(people).map(({ id, label }) => [id, label]));
  return (
    <table className="w-full table-fixed border-collapse">
      <thead>
        <tr>
          <th scope="col" className={cx(tableHead, "w-[62%] phone:w-[38%]")}>
            {t("Name")}
          </th>
          <th scope="col" className={tableHead}>
            {t("Roles")}
          </th>
          <th scope="col" className={cx(tableHead, "hidden wide:table-cell")}>
            {t("Manager")}
          </th>
          <th scope="col" className={cx(tableHead, "hidden w-28 phone:table-cell")}>
            {t("State")}
          </th>
        </tr>
      </thead>
      <tbody>
        {people.map((person) => (
          <tr key={person.id} className="hover:bg-hover" onClick={() => onOpen(person.id)}>
            <td className={tableCell}>
              <button
                type="button"
                className="flex max-w-full items-center gap-2.5 rounded-tag text-start"
                onClick={(event) => {
                  event.stopPropagation();
                  onOpen(person.id);
                }}
              >
                <Avatar name={person.name} size={26} />
                <span className="min-w-0">
                  <span className="block truncate font-medium">{person.name}</span>
                  <span className="block truncate text-text-2 text-xs">{person.email}</span>
                </span>
              </button>
            </td>
            <td className={tableCell}>
              <span className="flex flex-wrap gap-1">
                {person.roles.map((role) => (
                  <Tag key={role} color={role === "administrator" ? "purple" : "blue"}>
                    {labels.get(role)}
                  </Tag>
                ))}
              </span>
            </td>
            <td className={cx(tableCell, "hidden truncate text-text-2 wide:table-cell")}>{person.manager?.name}</td>
            <td className={cx(tableCell, "hidden phone:table-cell")}>
              <Tag color={person.active ? "green" : "gray"}>{person.active ? t("Active") : t("Deactivated")}</Tag>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
