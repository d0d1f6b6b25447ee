// Taking an import back: what it made goes to the recycle bin, batch by batch, but for what somebody has touched since.
import { Undo2 } from "lucide-react";
import { useState } from "react";
import { type ImportStatus, revertImport } from "@/api/imports";
import { messageOf } from "@/api/problem";
import { recordStore } from "@/api/record-store";
import type { ObjectDef } from "@/catalog/types";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { t } from "@/lib/i18n";
import { counted } from "@/lib/text";

interface TakeBackProps {
  object: ObjectDef;
  status: ImportStatus;
  /** So many of them, in words. */
  words: (n: number) => string;
}

export function TakeBack({ object, status, words }: TakeBackProps) {
  const [asking, setAsking] = useState(false);
  const [progress, setProgress] = useState<{ deleted: number; left: number; kept: number }>();
  const [error, setError] = useState<string>();
  const busy = progress !== undefined && progress.left > 0 && !error;

  async function takeBack() {
    setAsking(false);
    setError(undefined);
    let deleted = progress?.deleted ?? 0;
    try {
      for (let left = status.created; left > 0; ) {
        setProgress({ deleted, left, kept: 0 });
        const step = await revertImport(status.id);
        deleted += step.deleted;
        left = step.left;
        setProgress({ deleted, left, kept: step.kept });
      }
      recordStore.announce({ type: "removed", object: object.name, id: "" });
    } catch (problem) {
      setError(messageOf(problem));
    }
  }

  return (
    <>
      {progress && !busy && !error ? (
        <p className="text-text-2">
          {t("Taken back: {records} went to the recycle bin.", { records: words(progress.deleted) })}
          {progress.kept > 0 &&
            ` ${t("{n} stay: somebody has changed them, or something holds them back.", { n: counted(progress.kept) })}`}
        </p>
      ) : (
        <Button look="outline" size="md" icon={<Undo2 size={14} />} busy={busy} onClick={() => setAsking(true)}>
          {busy ? t("{n} left", { n: counted(progress.left) }) : t("Take the import back")}
        </Button>
      )}
      {error && (
        <p role="alert" className="text-red">
          {error}
        </p>
      )}
      {asking && (
        <Dialog
          title={t("Take the import back?")}
          width="420px"
          onClose={() => setAsking(false)}
          onSubmit={takeBack}
          footer={
            <>
              <Button size="md" data-autofocus onClick={() => setAsking(false)}>
                {t("Cancel")}
              </Button>
              <Button look="danger" size="md" type="submit">
                {t("Take back")}
              </Button>
            </>
          }
        >
          <p className="text-text-2">
            {t("{records} that it made go to the recycle bin. What somebody has changed since stays.", {
              records: words(status.created),
            })}
            {status.updated > 0 &&
              ` ${t("What it wrote into records that were there before stays as well; their history tells what they said.")}`}
          </p>
        </Dialog>
      )}
    </>
  );
}
