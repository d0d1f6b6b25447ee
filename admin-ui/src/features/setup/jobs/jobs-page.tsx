// What is left for later: what waits, what fails and is tried again, and what was given up, with a way on for each.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { CircleCheck, RotateCcw } from "lucide-react";
import { useState } from "react";
import { type Job, listJobs, retryJob } from "@/api/jobs";
import { Loaded } from "@/api/loaded";
import { problemsByField } from "@/api/problem";
import { useCatalog } from "@/catalog/catalog";
import { Empty } from "@/components/bits";
import { Button } from "@/components/button";
import { PageFrame, useTitle } from "@/components/page-frame";
import { Segments } from "@/components/segments";
import { toast, toastError } from "@/components/toast";
import { t } from "@/lib/i18n";
import { count } from "@/lib/text";
import { DropDialog } from "./drop-dialog";
import { JobRow } from "./job-row";
import { kindLabel } from "./job-words";

const JOBS = ["jobs"];
/** How often one looks again. */
const PAUSE = 5000;

export function JobsPage() {
  const catalog = useCatalog();
  const client = useQueryClient();
  const navigate = useNavigate();
  const { only } = useSearch({ from: "/shell/setup/jobs" });
  const [dropping, setDropping] = useState<Job | null>(null);
  const [busy, setBusy] = useState(false);
  const query = useQuery({
    queryKey: [...JOBS, only ?? "all"],
    queryFn: ({ signal }) => listJobs(only === "dead", signal),
    refetchInterval: PAUSE,
  });
  useTitle(t("Jobs"), t("Setup"), catalog.me.tenant.name);
  const refresh = () => client.invalidateQueries({ queryKey: JOBS });

  async function retry(jobs: Job[]) {
    setBusy(true);
    const refused: string[] = [];
    const begun: Job[] = [];
    for (const job of jobs) {
      try {
        await retryJob(job);
        begun.push(job);
      } catch (error) {
        refused.push(Object.values(problemsByField(error)).join(" "));
      }
    }
    const [first] = begun;
    if (first && jobs.length === 1) toast(t("{name}: tried again now", { name: kindLabel(first.kind) }));
    else if (first) toast(t("{what} tried again now", { what: count(begun.length, t("job is"), t("jobs are")) }));
    if (refused.length) toastError([...new Set(refused)].join(" "));
    setBusy(false);
    await refresh();
  }

  const dead = query.data?.filter((job) => job.dead_at) ?? [];
  return (
    <PageFrame
      title={t("Jobs")}
      about={t(
        "Work that is done beside everybody's: roll-ups, indexes, fields that change their kind. What fails is tried again by itself, at longer and longer intervals; what has failed for half a day is given up and waits here.",
      )}
      action={
        dead.length > 1 && (
          <Button look="outline" size="md" icon={<RotateCcw size={14} />} busy={busy} onClick={() => retry(dead)}>
            {t("Retry all {n} that failed", { n: dead.length })}
          </Button>
        )
      }
    >
      <Segments
        label={t("Shown")}
        className="mb-4 max-w-72"
        value={only ?? "all"}
        choices={[
          { id: "all", label: t("All jobs") },
          { id: "dead", label: t("Failed") },
        ]}
        onChange={(next) =>
          navigate({ to: "/setup/jobs", search: next === "dead" ? { only: "dead" } : {}, replace: true })
        }
      />
      <Loaded query={query} what={t("The jobs")}>
        {(jobs) =>
          jobs.length === 0 ? (
            <Empty
              glyph={<CircleCheck size={28} className="text-text-3" />}
              title={only ? t("No job has failed") : t("Nothing is left to do")}
            >
              {t("When large tables change, what takes longer than a request shows up here until it is done.")}
            </Empty>
          ) : (
            <ul className="divide-y divide-line border-line border-y">
              {[...dead, ...jobs.filter((job) => !job.dead_at)].map((job) => (
                <JobRow
                  key={`${job.kind}/${job.subject}`}
                  job={job}
                  busy={busy}
                  onRetry={() => retry([job])}
                  onDrop={() => setDropping(job)}
                />
              ))}
            </ul>
          )
        }
      </Loaded>
      {dropping && <DropDialog job={dropping} onDone={refresh} onClose={() => setDropping(null)} />}
    </PageFrame>
  );
}
