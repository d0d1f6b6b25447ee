// Explain access: may this person do this with that record, and why; and who else may.
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { CircleCheck, CircleX, Minus } from "lucide-react";
import { type Explanation, explainAccess, type Question, type Seer, whoSees } from "@/api/explain";
import { Loaded } from "@/api/loaded";
import { useRecordName } from "@/api/names";
import { listPeople } from "@/api/people";
import { sentence } from "@/api/problem";
import { useCatalog } from "@/catalog/catalog";
import { fieldOf } from "@/catalog/fields";
import { objectIcon } from "@/catalog/icons";
import type { ObjectDef } from "@/catalog/types";
import { Avatar, Glyph, Tag } from "@/components/bits";
import { FieldFrame } from "@/components/field-frame";
import { PageFrame, useTitle } from "@/components/page-frame";
import { Select } from "@/components/select";
import { RecordPicker } from "@/fields/preview-record";
import { cx } from "@/lib/cx";
import { objectHue } from "@/lib/hues";
import { humanize } from "@/lib/text";

const ACTIONS = ["read", "edit", "delete", "transfer", "share", "create", "export"];
/** Asked of the object, not of one record. */
const OF_OBJECT = new Set(["create", "export"]);

export function ExplainPage() {
  const catalog = useCatalog();
  const navigate = useNavigate();
  const search = useSearch({ from: "/shell/setup/explain" });
  const people = useQuery({ queryKey: ["people"], queryFn: ({ signal }) => listPeople(signal) });
  const object = catalog.object(search.object) ?? catalog.navigation[0];
  const action = search.action ?? "read";
  const name = useRecordName(object, search.record);
  useTitle("Explain access", "Setup", catalog.me.tenant.name);
  const set = (patch: Partial<typeof search>) =>
    navigate({ to: "/setup/explain", search: (old) => ({ ...old, ...patch }), replace: true });
  const ready = search.user && object && (search.record || OF_OBJECT.has(action));
  return (
    <PageFrame
      title="Explain access"
      about="Ask why somebody may or may not do something. The answer comes from the same rules that decide."
    >
      <div className="mb-6 grid gap-4 phone:grid-cols-2 wide:grid-cols-4">
        <FieldFrame label="May">
          {(ids) => (
            <Select
              id={ids.id}
              label="May"
              placeholder="Choose a user"
              searchable
              choices={(people.data ?? []).map((p) => ({
                id: p.id,
                label: p.name,
                words: p.email,
                icon: <Avatar name={p.name} size={18} />,
              }))}
              value={search.user ? [search.user] : []}
              onChange={(next) => set({ user: next[0] })}
            />
          )}
        </FieldFrame>
        <FieldFrame label="Do">
          {(ids) => (
            <Select
              id={ids.id}
              label="Do"
              choices={ACTIONS.map((a) => ({ id: a, label: humanize(a) }))}
              value={[action]}
              onChange={(next) => set({ action: next[0] })}
            />
          )}
        </FieldFrame>
        <FieldFrame label="Of">
          {(ids) => (
            <Select
              id={ids.id}
              label="Of"
              choices={catalog.navigation.map((o) => ({
                id: o.name,
                label: o.plural_label,
                icon: <Glyph icon={objectIcon(o)} hue={objectHue(o.name)} size={18} />,
              }))}
              value={object ? [object.name] : []}
              onChange={(next) => set({ object: next[0], record: undefined })}
            />
          )}
        </FieldFrame>
        {object && !OF_OBJECT.has(action) && (
          <div className="flex min-w-0 flex-col gap-1">
            <span className="font-medium text-text-2 text-xs">Record</span>
            <RecordPicker
              key={object.name}
              object={object}
              id={search.record}
              name={name ?? ""}
              label="Record"
              onChoose={(record) => set({ object: object.name, record })}
            />
          </div>
        )}
      </div>
      {ready && object ? (
        <Answer
          object={object}
          asked={{
            user: search.user ?? "",
            object: object.name,
            record: OF_OBJECT.has(action) ? undefined : search.record,
            action,
          }}
        />
      ) : (
        <p className="text-text-3">Choose a user, what they want to do, and the record.</p>
      )}
      {object && search.record && !OF_OBJECT.has(action) && (
        <Seers
          object={object}
          record={search.record}
          action={action}
          onPick={(user) => set({ object: object.name, user })}
        />
      )}
    </PageFrame>
  );
}

function Answer({ object, asked }: { object: ObjectDef; asked: Question }) {
  const query = useQuery({
    queryKey: ["explain", asked],
    retry: false,
    queryFn: ({ signal }) => explainAccess(asked, signal),
  });
  return (
    <Loaded query={query} what="The answer" lines={[50, 60]}>
      {(answer) => <Reasons object={object} answer={answer} />}
    </Loaded>
  );
}

function Reasons({ object, answer }: { object: ObjectDef; answer: Explanation }) {
  const Icon = answer.allowed ? CircleCheck : CircleX;
  const label = (path: string) => fieldOf(object, path.split(".").pop() ?? path)?.label ?? path;
  return (
    <section aria-label="Answer" className="mb-8">
      <p
        className={cx(
          "flex items-center gap-2.5 rounded-control px-3 py-2.5 font-semibold",
          answer.allowed ? "bg-accent-soft" : "bg-red-soft",
        )}
      >
        <Icon size={18} aria-hidden="true" className={answer.allowed ? "text-green" : "text-red"} />
        {answer.allowed ? `Yes, ${answer.user.name} may.` : `No, ${answer.user.name} may not.`}
      </p>
      <ol className="mt-3 flex flex-col gap-1.5 ps-1">
        {answer.reasons.map((reason) => (
          <li key={reason} className="flex items-start gap-2.5">
            <Minus size={13} aria-hidden="true" className="mt-1 shrink-0 text-text-3" />
            {sentence(reason)}
          </li>
        ))}
      </ol>
      {answer.record && answer.record.ways.length > 0 && (
        <ul className="mt-4 flex flex-wrap gap-1.5" aria-label="Ways to the record">
          {answer.record.ways.map((way) => (
            <li key={JSON.stringify(way)}>
              <Tag color={way.applies ? "green" : "gray"}>{`${humanize(way.way)}: ${way.applies ? "yes" : "no"}`}</Tag>
            </li>
          ))}
        </ul>
      )}
      {answer.fields && answer.fields.hidden.length > 0 && (
        <p className="mt-3 text-text-2">Does not see {answer.fields.hidden.map(label).join(", ")}.</p>
      )}
      {answer.fields && answer.fields.partly.length > 0 && (
        <p className="mt-1 text-text-2">Sees on some records only: {answer.fields.partly.map(label).join(", ")}.</p>
      )}
    </section>
  );
}

interface SeersProps {
  object: ObjectDef;
  record: string;
  action: string;
  onPick: (user: string) => void;
}

function Seers({ object, record, action, onPick }: SeersProps) {
  const query = useQuery({
    queryKey: ["who", object.name, record, action],
    retry: false,
    queryFn: ({ signal }) => whoSees(object.name, record, action, signal),
  });
  return (
    <section aria-label="Everybody who may">
      <h2 className="mb-1 font-semibold text-base">Everybody who may {humanize(action).toLowerCase()} it</h2>
      <Loaded query={query} what="The list" lines={[45, 40]}>
        {(seers: Seer[]) =>
          seers.length === 0 ? (
            <p className="text-text-2">Nobody.</p>
          ) : (
            <ul className="divide-y divide-line border-line border-y">
              {seers.map(({ user, why }) => (
                <li key={user.id}>
                  <button
                    type="button"
                    className="flex w-full items-center gap-3 px-1.5 py-2 text-start hover:bg-hover"
                    onClick={() => onPick(user.id)}
                  >
                    <Avatar name={user.name} size={24} />
                    <span className="min-w-0 flex-1">
                      <span className="block truncate font-medium">{user.name}</span>
                      <span className="block text-text-2 text-xs">{why.map(sentence).join(" ")}</span>
                    </span>
                  </button>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </section>
  );
}
