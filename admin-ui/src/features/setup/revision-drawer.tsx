// One revision: who, when, why, each component before and after, and the steps that the database ran.
import { useQuery } from "@tanstack/react-query";
import { Undo2 } from "lucide-react";
import { Loaded } from "@/api/loaded";
import { loadRevision, type RevisionDetail, type RevisionRow } from "@/api/metadata";
import { DefinitionDiff, type Part } from "@/changes/definition-diff";
import { PlanSteps } from "@/changes/plan-steps";
import { Avatar } from "@/components/bits";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { ago, formatDateTime } from "@/lib/dates";
import { t } from "@/lib/i18n";
import { count } from "@/lib/text";

interface RevisionDrawerProps {
  number: number;
  newest: number;
  onRollback: (to: number) => void;
  onClose: () => void;
}

/** Components by id, before and after; a retired one counts as gone. */
export function partsOf(before: RevisionRow[], after: RevisionRow[]): Part[] {
  const [old, now] = [before, after].map((rows) => new Map(rows.filter((r) => !r.retired).map((r) => [r.id, r]))) as [
    Map<string, RevisionRow>,
    Map<string, RevisionRow>,
  ];
  return [...new Set([...old.keys(), ...now.keys()])].map((id) => {
    const named = (now.get(id) ?? old.get(id)) as RevisionRow;
    return { kind: named.kind, name: named.name, before: old.get(id)?.definition, after: now.get(id)?.definition };
  });
}

export function RevisionDrawer({ number, newest, onRollback, onClose }: RevisionDrawerProps) {
  const query = useQuery({
    queryKey: ["revision", number],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: ({ signal }) => loadRevision(number, signal),
  });
  return (
    <Dialog
      shape="drawer"
      width="620px"
      title={t("Revision {number}", { number })}
      onClose={onClose}
      footer={
        <>
          {number === newest && (
            <Button look="outline" size="md" icon={<Undo2 size={14} />} onClick={() => onRollback(number - 1)}>
              {t("Undo this change")}
            </Button>
          )}
          {number < newest && (
            <Button look="outline" size="md" icon={<Undo2 size={14} />} onClick={() => onRollback(number)}>
              {t("Go back to this revision")}
            </Button>
          )}
        </>
      }
    >
      <Loaded query={query} what={t("The revision")}>
        {(revision) => <Detail revision={revision} />}
      </Loaded>
    </Dialog>
  );
}

function Detail({ revision }: { revision: RevisionDetail }) {
  const parts = partsOf(revision.before, revision.after);
  return (
    <div className="flex flex-col gap-4">
      <div className="flex items-center gap-3">
        <Avatar name={revision.actor.name} size={28} />
        <div className="min-w-0">
          <p className="font-medium">{revision.message || t("No note")}</p>
          <p className="text-text-2 text-xs">
            {revision.actor.name} · {formatDateTime(revision.at)} ({ago(revision.at)})
          </p>
        </div>
      </div>
      <section aria-label={t("What changed")}>
        <h3 className="mb-1.5 font-medium text-text-2 text-xs">
          {t("{what} changed", { what: count(parts.length, t("component"), t("components")) })}
        </h3>
        <DefinitionDiff parts={parts} />
      </section>
      {revision.steps?.length > 0 && (
        <section aria-label={t("Steps in the database")}>
          <h3 className="mb-1.5 font-medium text-text-2 text-xs">
            {t("{what} in the database", { what: count(revision.steps.length, t("step"), t("steps")) })}
          </h3>
          <div className="rounded-control border border-line bg-sunken p-2.5">
            <PlanSteps steps={revision.steps} />
          </div>
        </section>
      )}
    </div>
  );
}
