// How far the log is sealed: entries are put into blocks, each with the hash of the one before, so that none can be
// changed or taken out unseen.
import { useQuery } from "@tanstack/react-query";
import { LockKeyhole } from "lucide-react";
import { loadChainStatus } from "@/api/audit";
import { messageOf } from "@/api/problem";
import { ago, formatDateTime } from "@/lib/dates";
import { t } from "@/lib/i18n";
import { counted } from "@/lib/text";

export function ChainState() {
  const query = useQuery({ queryKey: ["audit", "status"], queryFn: ({ signal }) => loadChainStatus(signal) });
  const status = query.data;
  return (
    <section
      aria-label={t("Seal of the log")}
      className="mb-4 flex flex-wrap items-center gap-x-3 gap-y-1 rounded-control border border-line bg-sunken px-3 py-2 text-text-2"
    >
      <LockKeyhole size={15} aria-hidden="true" className={status?.sealed ? "text-green" : "text-text-3"} />
      {query.isError && <span>{messageOf(query.error)}</span>}
      {query.isPending && <span className="skeleton h-3 w-48" />}
      {status && !status.sealed && <span>{t("Nothing is sealed yet.")}</span>}
      {status?.sealed && (
        <>
          <span>
            {t("Sealed up to entry {seq}, in {n} blocks.", {
              seq: counted(status.sealed.seq),
              n: counted(status.sealed.block),
            })}
          </span>
          <span title={formatDateTime(status.sealed.sealed_at)}>
            {t("Last seal {when}.", { when: ago(status.sealed.sealed_at) })}
          </span>
          <code title={status.sealed.hash} className="font-mono text-xs">
            {status.sealed.hash.slice(0, 16)}…
          </code>
          {status.sealed.signature && <span>{t("Signed.")}</span>}
        </>
      )}
      {status && status.unsealed.count > 0 && (
        <span>{t("{n} entries wait for the next seal.", { n: counted(status.unsealed.count) })}</span>
      )}
    </section>
  );
}
