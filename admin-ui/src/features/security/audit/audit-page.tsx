// The audit log: who did what to what and when, each value before and after, as a file too. Filters are in the address.
import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Download } from "lucide-react";
import { type AuditFilter, auditFile, listAudit, type AuditPage as Page } from "@/api/audit";
import { messageOf } from "@/api/problem";
import { useCatalog } from "@/catalog/catalog";
import { Empty, Notice, Skeleton } from "@/components/bits";
import { Button } from "@/components/button";
import { MenuButton } from "@/components/menu";
import { PageFrame, useTitle } from "@/components/page-frame";
import { formatDay } from "@/lib/dates";
import { groupBy } from "@/lib/groups";
import { t } from "@/lib/i18n";
import { AuditFilters } from "./audit-filters";
import { AuditRow } from "./audit-row";
import { ChainState } from "./chain-status";

export function AuditPage() {
  const catalog = useCatalog();
  const filter: AuditFilter = useSearch({ from: "/shell/setup/audit" });
  const navigate = useNavigate();
  useTitle(t("Audit log"), t("Setup"), catalog.me.tenant.name);
  const query = useInfiniteQuery({
    queryKey: ["audit", "list", filter],
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page: Page) => page.pagination.next_cursor ?? undefined,
    queryFn: ({ signal, pageParam }: { signal: AbortSignal; pageParam: string | undefined }) =>
      listAudit(filter, pageParam, signal),
  });
  const entries = query.data?.pages.flatMap((page) => page.data) ?? [];
  const days = [...groupBy(entries, (entry) => new Date(entry.at).toDateString())];
  const onChange = (patch: AuditFilter) =>
    navigate({ to: "/setup/audit", search: { ...filter, ...patch }, replace: true });
  const save = (format: "csv" | "ndjson") => location.assign(auditFile(filter, format));
  return (
    <PageFrame
      wide
      title={t("Audit log")}
      about={t(
        "Everything that was done here, by people, keys and the system. Entries are sealed, and are never changed.",
      )}
      action={
        <MenuButton
          label={t("Export")}
          align="end"
          items={[
            { label: t("As CSV"), onSelect: () => save("csv") },
            { label: t("As JSON lines"), onSelect: () => save("ndjson") },
          ]}
        >
          {(button) => (
            <Button look="outline" size="md" icon={<Download size={14} />} {...button}>
              {t("Export")}
            </Button>
          )}
        </MenuButton>
      }
    >
      <ChainState />
      <AuditFilters filter={filter} onChange={onChange} />
      {query.isError && (
        <Notice
          title={t("The log could not be loaded.")}
          action={
            <Button look="outline" onClick={() => query.refetch()}>
              {t("Try again")}
            </Button>
          }
        >
          {messageOf(query.error)}
        </Notice>
      )}
      {query.isPending && (
        <div role="status" aria-label={t("Loading")} className="flex flex-col gap-6 pt-3">
          {[60, 45, 55, 40, 50].map((width) => (
            <Skeleton key={width} style={{ width: `${width}%` }} />
          ))}
        </div>
      )}
      {query.data && entries.length === 0 && (
        <Empty title={t("Nothing was done that matches")}>{t("Fewer filters or a longer time find more.")}</Empty>
      )}
      {days.map(([day, list]) => (
        <section key={day} aria-label={formatDay(list[0]?.at ?? "")} className="mb-5">
          <h2 className="mb-1 font-medium text-text-2 text-xs">{formatDay(list[0]?.at ?? "")}</h2>
          <ol className="divide-y divide-line border-line border-y">
            {list.map((entry) => (
              <AuditRow key={entry.seq} entry={entry} onFilter={onChange} />
            ))}
          </ol>
        </section>
      ))}
      {query.hasNextPage && (
        <Button look="outline" size="md" busy={query.isFetchingNextPage} onClick={() => query.fetchNextPage()}>
          {t("Show older entries")}
        </Button>
      )}
    </PageFrame>
  );
}
