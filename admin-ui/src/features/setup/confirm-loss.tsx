// Asks before something is removed: the plan, what would be lost by the server's own count, and a typed word for objects.
import { useState } from "react";
import type { Change } from "@/api/metadata";
import { messageOf, Problem } from "@/api/problem";
import { Notice } from "@/components/bits";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { FieldFrame } from "@/components/field-frame";
import { TextInput } from "@/components/inputs";
import { PlanStrip, usePlan } from "./plan-strip";

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
  const [error, setError] = useState<string | null>(null);
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
      else setError(detailOf(problem));
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
        {error && <Notice title="Nothing was removed.">{error}</Notice>}
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

function detailOf(problem: unknown): string {
  if (problem instanceof Problem && problem.errors.length) return problem.errors.map((e) => e.message).join(" ");
  return messageOf(problem);
}
