// What happened to a record: who, when, and each value before and after.
import { useQuery } from "@tanstack/react-query";
import { NotLoaded } from "@/api/loaded";
import { useRecord } from "@/api/record-store";
import { type HistoryEntry, loadHistory } from "@/api/records";
import type { ObjectDef } from "@/catalog/types";
import { Avatar, Empty, Skeleton } from "@/components/bits";
import { ChangeLine } from "@/fields/change-line";
import { ago, formatDateTime } from "@/lib/dates";
import { t } from "@/lib/i18n";
import { humanize, inSentence } from "@/lib/text";

const VERBS: Record<string, string> = {
  create: "created this",
  update: "changed",
  delete: "deleted this",
  restore: "restored this",
  import: "imported this",
};

/** Keys that say nothing to people. */
const HIDDEN = new Set(["version", "updated_at", "updated_by_id"]);

export function History({ object, id }: { object: ObjectDef; id: string }) {
  const version = useRecord(object.name, id)?.version;
  const query = useQuery({
    queryKey: ["history", object.name, id, version],
    queryFn: ({ signal }) => loadHistory(object, id, signal),
    placeholderData: (previous) => previous,
  });
  if (query.isError) {
    return (
      <div className="p-4">
        <NotLoaded title={t("The history could not be loaded.")} error={query.error} again={() => query.refetch()} />
      </div>
    );
  }
  if (!query.data) {
    return (
      <div className="flex flex-col gap-5 p-5">
        {[70, 50, 60].map((w) => (
          <Skeleton key={w} style={{ width: `${w}%` }} />
        ))}
      </div>
    );
  }
  if (query.data.length === 0)
    return (
      <Empty title={t("No history yet")}>
        {t("Changes of this {object} will be listed here.", { object: inSentence(object.label) })}
      </Empty>
    );
  return (
    <ol className="flex max-w-3xl flex-col px-4 py-4 phone:px-5">
      {query.data.map((entry, i) => (
        <Entry key={`${entry.at}${i}`} object={object} entry={entry} last={i === query.data.length - 1} />
      ))}
    </ol>
  );
}

function Entry({ object, entry, last }: { object: ObjectDef; entry: HistoryEntry; last: boolean }) {
  const who = entry.actor?.name ?? t("The system");
  const changes = Object.entries(entry.changes ?? {}).filter(([key]) => !HIDDEN.has(key));
  return (
    <li className="relative flex gap-3 pb-5">
      {!last && <span aria-hidden="true" className="absolute start-[11px] top-7 bottom-1 w-px bg-line" />}
      <Avatar name={who} size={23} />
      <div className="min-w-0 flex-1 pt-0.5">
        <p>
          <span className="font-medium">{who}</span>{" "}
          <span className="text-text-2">{t(VERBS[entry.action] ?? "") || humanize(entry.action).toLowerCase()}</span>{" "}
          <time dateTime={entry.at} title={formatDateTime(entry.at)} className="text-text-3 text-xs">
            {ago(entry.at)}
          </time>
        </p>
        {entry.action !== "create" && changes.length > 0 && (
          <ul className="mt-1.5 flex flex-col gap-1">
            {changes.map(([key, [before, after]]) => (
              <ChangeLine key={key} object={object} name={key} before={before} after={after} />
            ))}
          </ul>
        )}
      </div>
    </li>
  );
}
