// Asks before something is removed: the plan, what would be lost by the server's own count, and a typed word for objects.
import { useState } from "react";
import type { Change } from "@/api/metadata";
import { messageOf, Problem } from "@/api/problem";
import { usePlan } from "@/changes/plan";
import { PlanStrip } from "@/changes/plan-strip";
import { Notice } from "@/components/bits";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { FieldFrame } from "@/components/field-frame";
import { TextInput } from "@/components/inputs";

interface ConfirmLossProps {
  title: string;
  about: string;
  verb: string;
  changes: Change[] | null;
  /** Must be typed before data may be lost. */
  word: string;
  run: (allowDataLoss: boolean) => Promise<void>;
  onDone: () => void;
  onClose: () => void;
}

export function ConfirmLoss({ title, about, verb, changes, word, run, onDone, onClose }: ConfirmLossProps) {
  const plan = usePlan(changes);
  const [loss, setLoss] = useState<Problem | null>(null);
  const [error, setError] = useState<Problem | Error | null>(null);
  const [typed, setTyped] = useState("");
  const [busy, setBusy] = useState(false);

  async function go() {
    if (busy || (loss && typed !== word)) return;
    setBusy(true);
    setError(null);
    try {
      await run(loss !== null);
      onDone();
    } catch (problem) {
      setBusy(false);
      if (problem instanceof Problem && problem.status === 409 && /data.?loss/.test(problem.code)) setLoss(problem);
      else setError(problem instanceof Error ? problem : new Error(String(problem)));
    }
  }

  return (
    <Dialog
      title={title}
      width="460px"
      onClose={onClose}
      onSubmit={go}
      footer={
        <>
          <Button size="md" data-autofocus onClick={onClose}>
            Cancel
          </Button>
          <Button look="danger" size="md" type="submit" busy={busy} disabled={Boolean(loss) && typed !== word}>
            {loss ? `${verb} and its data` : verb}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3.5">
        <p className="text-text-2">{about}</p>
        {changes && <PlanStrip plan={plan} idle="Working out the plan" />}
        {error && <Refusal error={error} />}
        {loss && (
          <>
            <Notice tone="warning" title={loss.message}>
              {loss.errors.length > 0 && (
                <ul>
                  {loss.errors.map((e) => (
                    <li key={e.path + e.message}>{e.message}</li>
                  ))}
                </ul>
              )}
            </Notice>
            <FieldFrame
              label={
                <span>
                  Type <span className="font-mono text-text">{word}</span> to go on
                </span>
              }
            >
              {({ id }) => (
                <TextInput
                  id={id}
                  autoFocus
                  spellCheck={false}
                  className="font-mono"
                  value={typed}
                  onChange={(e) => setTyped(e.target.value)}
                />
              )}
            </FieldFrame>
          </>
        )}
      </div>
    </Dialog>
  );
}

/** Why it cannot go: mostly because something else still stands on it. */
function Refusal({ error }: { error: Error }) {
  const problems = error instanceof Problem ? error.errors : [];
  return (
    <Notice title={problems.length ? "Something else still uses it. Nothing was removed." : "Nothing was removed."}>
      {problems.length === 0 && messageOf(error)}
      <ul className="flex flex-col gap-1">
        {problems.map((p) => (
          <li key={p.path + p.message}>
            <span className="font-mono text-xs">{p.path}</span>
          </li>
        ))}
      </ul>
    </Notice>
  );
}
