// With whom a record is shared by hand: a line each, with the way to end it, and a form for one more.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { ShieldCheck, UsersRound, X } from "lucide-react";
import { useState } from "react";
import { endShare, type Grantee, listShares, type Share, shareRecord } from "@/api/access";
import { NotLoaded } from "@/api/loaded";
import { messageOf, Problem, problemsByField } from "@/api/problem";
import type { ObjectDef } from "@/catalog/types";
import { Avatar, Skeleton, Tag } from "@/components/bits";
import { Button, IconButton } from "@/components/button";
import { FieldFrame } from "@/components/field-frame";
import { TextInput } from "@/components/inputs";
import { Segments } from "@/components/segments";
import { toast, toastError } from "@/components/toast";
import { type Party, PartySelect } from "@/fields/party";
import { formatDate, formatDateTime, fromLocalInput } from "@/lib/dates";
import { t } from "@/lib/i18n";
import { humanize } from "@/lib/text";

export function Shares({ object, id }: { object: ObjectDef; id: string }) {
  const client = useQueryClient();
  const key = ["shares", object.name, id];
  const query = useQuery({ queryKey: key, retry: false, queryFn: ({ signal }) => listShares(object, id, signal) });
  const reload = () =>
    Promise.all([
      client.invalidateQueries({ queryKey: key }),
      client.invalidateQueries({ queryKey: ["access", "who", object.name, id] }),
    ]);

  async function end(share: Share) {
    try {
      await endShare(object, id, share);
      toast(t("No longer shared with {name}", { name: nameOf(share) }), {
        action: { label: t("Undo"), undo: true, run: () => again(share) },
      });
    } catch (error) {
      toastError(messageOf(error));
    }
    await reload();
  }

  async function again(share: Share) {
    const { access, expires_at } = share;
    try {
      await shareRecord(object, id, { ...granteeOf(share), access, ...(expires_at ? { expires_at } : {}) });
    } catch (error) {
      toastError(messageOf(error));
    }
    await reload();
  }

  if (query.isError) {
    const refused = query.error instanceof Problem && query.error.status === 403;
    if (refused) return <p className="text-text-2">{t("You may see this record, but not share it.")}</p>;
    return <NotLoaded title={t("The shares could not be loaded.")} error={query.error} again={() => query.refetch()} />;
  }
  if (!query.data) return <Skeleton className="my-3 w-48" />;
  return (
    <>
      {query.data.length > 0 ? (
        <ul className="divide-y divide-line border-line border-y">
          {query.data.map((share) => (
            <li key={share.grantee_id} className="flex items-center gap-2.5 py-2">
              <Mark share={share} />
              <span className="min-w-0 flex-1">
                <span className="block truncate font-medium">{nameOf(share)}</span>
                <span className="block text-text-2 text-xs" title={formatDateTime(share.created_at)}>
                  {share.created_by.name
                    ? t("shared by {name} on {day}", {
                        name: share.created_by.name,
                        day: formatDate(share.created_at.slice(0, 10)),
                      })
                    : formatDateTime(share.created_at)}
                  {share.expires_at && ` · ${until(share.expires_at)}`}
                </span>
              </span>
              <Tag color={share.access === "edit" ? "orange" : "blue"}>
                {share.access === "edit" ? t("May edit") : t("May see")}
              </Tag>
              <IconButton label={t("Stop sharing with {name}", { name: nameOf(share) })} onClick={() => end(share)}>
                <X size={15} />
              </IconButton>
            </li>
          ))}
        </ul>
      ) : (
        <p className="text-text-2">{t("With nobody so far.")}</p>
      )}
      <ShareForm object={object} id={id} onDone={reload} />
    </>
  );
}

const nameOf = (share: Share): string => (share.user_id ? share.name : humanize(share.name));

const granteeOf = ({ user_id, team, role }: Share): Grantee =>
  user_id ? { user_id } : team ? { team } : { role: role ?? "" };

const until = (at: string): string =>
  Date.parse(at) < Date.now()
    ? t("ended {day}", { day: formatDateTime(at) })
    : t("until {day}", { day: formatDateTime(at) });

function Mark({ share }: { share: Share }) {
  if (share.user_id) return <Avatar name={share.name} size={22} />;
  const Icon = share.team ? UsersRound : ShieldCheck;
  return (
    <span
      aria-hidden="true"
      className="inline-flex size-5.5 items-center justify-center rounded-full bg-press text-text-2"
    >
      <Icon size={13} />
    </span>
  );
}

interface ShareFormProps {
  object: ObjectDef;
  id: string;
  onDone: () => Promise<unknown>;
}

function ShareForm({ object, id, onDone }: ShareFormProps) {
  const [party, setParty] = useState<Party>();
  const [access, setAccess] = useState<"read" | "edit">("read");
  const [end, setEnd] = useState("");
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState(false);

  async function share() {
    if (!party) return setErrors({ party: t("Say with whom.") });
    setBusy(true);
    setErrors({});
    const { user, ...group } = party;
    const with_ = (user ? { user_id: user } : group) as Grantee;
    const expires_at = fromLocalInput(end);
    try {
      await shareRecord(object, id, { ...with_, access, ...(expires_at ? { expires_at } : {}) });
      setParty(undefined);
      setEnd("");
      toast(t("Shared"));
      await onDone();
    } catch (error) {
      setErrors(problemsByField(error));
    }
    setBusy(false);
  }

  const { party: missing, expires_at: late, user_id, team, role, ...general } = errors;
  const whom = missing ?? user_id ?? team ?? role;
  return (
    <form
      noValidate
      aria-label={t("Share with somebody")}
      className="mt-4 flex flex-col gap-3 rounded-sheet border border-line bg-sunken p-3"
      onSubmit={(event) => {
        event.preventDefault();
        void share();
      }}
    >
      <PartySelect label={t("Share with")} value={party} onChange={setParty} error={whom} />
      <div className="grid gap-3 phone:grid-cols-2">
        <Segments
          label={t("They may")}
          value={access}
          choices={[
            { id: "read", label: t("See it") },
            { id: "edit", label: t("Edit it") },
          ]}
          onChange={(next) => setAccess(next as "read" | "edit")}
        />
        <FieldFrame label={t("Until (for good if empty)")} error={late}>
          {(ids) => (
            <TextInput
              id={ids.id}
              aria-describedby={ids.describedBy}
              aria-invalid={ids.invalid || undefined}
              type="datetime-local"
              value={end}
              onChange={(event) => setEnd(event.target.value)}
            />
          )}
        </FieldFrame>
      </div>
      {Object.keys(general).length > 0 && (
        <p role="alert" className="text-red text-xs">
          {Object.values(general).join(" ")}
        </p>
      )}
      <div className="flex items-center justify-between gap-3">
        <p className="text-text-2 text-xs">{t("It opens only to those whose role has the action at all.")}</p>
        <Button type="submit" look="outline" size="md" busy={busy}>
          {t("Share")}
        </Button>
      </div>
    </form>
  );
}
