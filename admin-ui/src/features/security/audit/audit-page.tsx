// The audit log: who did what to what and when, each value before and after, as a file too. Filters are in the address.
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Download } from "lucide-react";
import { type AuditEntry, type AuditFilter, auditFile, listAudit } from "@/api/audit";
import { Pages, usePages } from "@/api/pages";
import { useCatalog } from "@/catalog/catalog";
import { Empty } from "@/components/bits";
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
  const query = usePages(["audit", "list", filter], (cursor, signal) => listAudit(filter, cursor, signal));
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
      <Pages query={query} what={t("The log")} more={t("Show older entries")}>
        {(entries) => <Days entries={entries} onFilter={onChange} />}
      </Pages>
    </PageFrame>
  );
}

function Days({ entries, onFilter }: { entries: AuditEntry[]; onFilter: (patch: AuditFilter) => void }) {
  if (entries.length === 0)
    return <Empty title={t("Nothing was done that matches")}>{t("Fewer filters or a longer time find more.")}</Empty>;
  const days = [...groupBy(entries, (entry) => new Date(entry.at).toDateString())];
  return days.map(([day, list]) => (
    <section key={day} aria-label={formatDay(list[0]?.at ?? "")} className="mb-5">
      <h2 className="mb-1 font-medium text-text-2 text-xs">{formatDay(list[0]?.at ?? "")}</h2>
      <ol className="divide-y divide-line border-line border-y">
        {list.map((entry) => (
          <AuditRow key={entry.seq} entry={entry} onFilter={onFilter} />
        ))}
      </ol>
    </section>
  ));
}
