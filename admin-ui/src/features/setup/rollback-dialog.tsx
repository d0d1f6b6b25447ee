// Going back to a revision: what would differ, what the database would do, and only then doing it.
import { useQuery } from "@tanstack/react-query";
import { loadRevision, type RevisionRow, rollback } from "@/api/metadata";
import { useCatalog } from "@/catalog/catalog";
import { ReviewDialog } from "@/changes/review-dialog";
import { t } from "@/lib/i18n";
import { partsOf } from "./revision-drawer";

interface RollbackDialogProps {
  to: number;
  onDone: () => void;
  onClose: () => void;
}

/** How far back differences are worked out one by one; beyond it the plan alone tells. */
const REACH = 25;

/** What is now against what was at revision `to`: the first state of each component since, and its last. */
function useWayBack(to: number, now: number) {
  return useQuery({
    queryKey: ["way-back", to, now],
    enabled: now > to && now - to <= REACH,
    queryFn: async ({ signal }) => {
      const numbers = Array.from({ length: now - to }, (_, i) => to + 1 + i);
      const since = await Promise.all(numbers.map((n) => loadRevision(n, signal)));
      const then = new Map<string, RevisionRow>();
      const last = new Map<string, RevisionRow>();
      const seen = new Set<string>();
      for (const revision of since) {
        for (const row of revision.before) if (!seen.has(row.id)) then.set(row.id, row);
        for (const row of [...revision.before, ...revision.after]) seen.add(row.id);
        const after = new Map(revision.after.map((row) => [row.id, row]));
        for (const row of revision.before) if (!after.has(row.id)) last.delete(row.id);
        for (const [id, row] of after) last.set(id, row);
      }
      return partsOf([...last.values()], [...then.values()]).filter(
        (part) => JSON.stringify(part.before) !== JSON.stringify(part.after),
      );
    },
  });
}

export function RollbackDialog({ to, onDone, onClose }: RollbackDialogProps) {
  const { revision: now } = useCatalog();
  const parts = useWayBack(to, now);
  return (
    <ReviewDialog
      title={t("Go back to revision {to}", { to })}
      about={t(
        "What was made since is retired, what was removed since comes back with its data. This is a revision of its own and can be undone.",
      )}
      verb={t("Go back")}
      word={t("revision {to}", { to })}
      planKey={["rollback", to, now]}
      plan={() => rollback(to, { dry_run: true, allow_data_loss: true })}
      apply={({ allowDataLoss }) => rollback(to, allowDataLoss ? { allow_data_loss: true } : {})}
      parts={parts.data ?? []}
      onDone={onDone}
      onClose={onClose}
    />
  );
}
