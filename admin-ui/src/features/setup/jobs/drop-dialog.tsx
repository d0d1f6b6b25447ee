// Giving a job up for good, with what the server has against it.
import { useState } from "react";
import { dropJob, type Job } from "@/api/jobs";
import { problemsByField } from "@/api/problem";
import { Notice } from "@/components/bits";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { toast } from "@/components/toast";
import { t } from "@/lib/i18n";
import { kindLabel } from "./job-words";

interface DropDialogProps {
  job: Job;
  onDone: () => Promise<unknown>;
  onClose: () => void;
}

export function DropDialog({ job, onDone, onClose }: DropDialogProps) {
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const name = kindLabel(job.kind);

  async function drop() {
    setBusy(true);
    try {
      await dropJob(job);
      toast(t("Dropped: {name}", { name }));
      await onDone();
      onClose();
    } catch (problem) {
      setError(Object.values(problemsByField(problem)).join(" "));
      setBusy(false);
    }
  }

  return (
    <Dialog
      title={t("Drop this job?")}
      width="440px"
      onClose={onClose}
      onSubmit={drop}
      footer={
        <>
          <Button size="md" data-autofocus onClick={onClose}>
            {t("Cancel")}
          </Button>
          <Button look="danger" size="md" type="submit" busy={busy}>
            {t("Drop job")}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        {error && <Notice title={t("The job was not dropped.")}>{error}</Notice>}
        <p className="text-text-2">
          <span className="font-medium text-text">{name}</span>{" "}
          {t("is not tried again, and what it would have done stays undone. Records are not changed.")}
        </p>
      </div>
    </Dialog>
  );
}
