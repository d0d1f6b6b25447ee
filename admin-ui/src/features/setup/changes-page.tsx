// The history of the metadata: who changed what and when, what differs, and the way back.
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { Loaded } from "@/api/loaded";
import { listRevisions, type Revision, type RevisionChange } from "@/api/metadata";
import { More } from "@/api/pages";
import { useCatalog } from "@/catalog/catalog";
import { useReloadCatalog } from "@/catalog/load";
import { kindWord } from "@/changes/definition-diff";
import { Avatar, Empty } from "@/components/bits";
import { PageFrame, useTitle } from "@/components/page-frame";
import { toast } from "@/components/toast";
import { ago, formatDateTime, formatDay } from "@/lib/dates";
import { groupBy } from "@/lib/groups";
import { t } from "@/lib/i18n";
import { RevisionDrawer } from "./revision-drawer";
import { RollbackDialog } from "./rollback-dialog";

export function ChangesPage() {
  const catalog = useCatalog();
  const client = useQueryClient();
  const reload = useReloadCatalog();
  const navigate = useNavigate();
  const { revision } = useSearch({ from: "/shell/setup/changes" });
  const [backTo, setBackTo] = useState<number | null>(null);
  const query = useInfiniteQuery({
    queryKey: ["revisions"],
    initialPageParam: undefined as number | undefined,
    queryFn: ({ pageParam, signal }) => listRevisions(pageParam, signal),
    getNextPageParam: (last) => (last.length === 50 ? last.at(-1)?.revision : undefined),
  });
  useTitle(t("Change history"), t("Setup"), catalog.me.tenant.name);
  const open = (number: number | undefined) =>
    navigate({ to: "/setup/changes", search: { revision: number }, replace: revision !== undefined });

  return (
    <PageFrame
      title={t("Change history")}
      about={t(
        "Every change of objects, fields, views and rules is a revision. Any of them can be gone back to; data of what is removed is kept for 30 days.",
      )}
    >
      <Loaded query={query} what={t("The history")}>
        {({ pages }) => {
          const all = pages.flat();
          if (all.length === 0) return <Empty title={t("Nothing has changed yet")} />;
          return (
            <>
              <Days revisions={all} newest={all[0]?.revision ?? 0} onOpen={open} />
              <More query={query}>{t("Show older changes")}</More>
            </>
          );
        }}
      </Loaded>
      {revision !== undefined && backTo === null && (
        <RevisionDrawer
          number={revision}
          newest={query.data?.pages[0]?.[0]?.revision ?? revision}
          onRollback={setBackTo}
          onClose={() => open(undefined)}
        />
      )}
      {backTo !== null && (
        <RollbackDialog
          to={backTo}
          onClose={() => setBackTo(null)}
          onDone={async () => {
            setBackTo(null);
            open(undefined);
            await Promise.all([client.invalidateQueries({ queryKey: ["revisions"] }), reload()]);
            toast(t("Everything is as it was at revision {backTo}", { backTo }));
          }}
        />
      )}
    </PageFrame>
  );
}

interface DaysProps {
  revisions: Revision[];
  newest: number;
  onOpen: (number: number) => void;
}

function Days({ revisions, newest, onOpen }: DaysProps) {
  const days = groupBy(revisions, (r) => formatDay(r.at));
  return [...days].map(([day, list]) => (
    <section key={day} aria-label={day} className="mb-6">
      <h2 className="mb-1 font-medium text-text-2 text-xs">{day}</h2>
      <ul className="divide-y divide-line border-line border-y">
        {list.map((r) => (
          <li key={r.revision}>
            <button
              type="button"
              className="flex w-full items-start gap-3 px-1.5 py-2.5 text-start hover:bg-hover"
              onClick={() => onOpen(r.revision)}
            >
              <Avatar name={r.actor.name} size={24} />
              <span className="min-w-0 flex-1">
                <span className="block truncate font-medium">{r.message || changeWords(r.changes)}</span>
                <span className="block truncate text-text-2 text-xs">
                  {r.actor.name} · <time title={formatDateTime(r.at)}>{ago(r.at)}</time>
                  {r.message && ` · ${changeWords(r.changes)}`}
                </span>
              </span>
              <span className="num shrink-0 pt-px font-mono text-text-3 text-xs">
                {r.revision === newest ? t("now · {revision}", { revision: r.revision }) : r.revision}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  ));
}

/** "3 fields added, 1 layout changed", or the names when there are few. */
export function changeWords(changes: RevisionChange[]): string {
  const groups = groupBy(changes, (c) => `${c.kind} ${c.action}`);
  const words = [...groups.values()].map((list) => {
    const { kind, action } = list[0] as RevisionChange;
    const what =
      list.length === 1 ? `${kindWord(kind)} ${list[0]?.name}` : `${list.length} ${t(kind.replace(/-/g, " "))}`;
    if (action === "create") return t("{what} added", { what });
    if (action === "purge") return t("{what} purged", { what });
    return action === "delete" ? t("{what} removed", { what }) : t("{what} changed", { what });
  });
  return words.length ? words.join(", ") : t("Nothing changed");
}
