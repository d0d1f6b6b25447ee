// One import from the file to its end: a trial run that shows what would happen, then the real one.
import { useCallback, useEffect, useRef, useState } from "react";
import { type ImportStatus, loadImport, loadRejects, startImport } from "@/api/imports";
import { messageOf } from "@/api/problem";
import { recordStore } from "@/api/record-store";
import type { ObjectDef } from "@/catalog/types";
import { parseCsv } from "@/lib/csv";

const POLL_MS = 500;
const SHOWN_REJECTS = 200;

export interface Reject {
  row: string;
  reason: string;
}

export interface Trial {
  status: ImportStatus;
  rejects: Reject[];
}

/** Row and reason of the rejected rows, out of their CSV. */
export function readRejects(text: string): Reject[] {
  const [headers, ...rows] = parseCsv(text, SHOWN_REJECTS + 1);
  const row = headers?.indexOf("_row") ?? -1;
  const reason = headers?.indexOf("_reason") ?? -1;
  return rows.map((cells) => ({ row: cells[row] ?? "", reason: (cells[reason] ?? "").replaceAll("`", "") }));
}

interface Order {
  file: File;
  dryRun: boolean;
  mapping?: Record<string, string> | undefined;
  match?: string | undefined;
}

export function useImport(object: ObjectDef) {
  const [running, setRunning] = useState<ImportStatus | null>(null);
  const [error, setError] = useState<string>();
  const left = useRef(new AbortController());
  useEffect(() => {
    const { current } = left;
    return () => current.abort();
  }, []);

  const run = useCallback(
    async (order: Order): Promise<Trial | null> => {
      setError(undefined);
      try {
        let status = await startImport(object, order);
        setRunning(status);
        while (status.status === "queued" || status.status === "running") {
          await new Promise((later) => setTimeout(later, POLL_MS));
          if (left.current.signal.aborted) return null;
          status = await loadImport(status.id, left.current.signal);
          setRunning(status);
        }
        if (status.status === "failed") throw new Error(status.error ?? "");
        const rejects = status.rejected ? readRejects(await loadRejects(status.id)) : [];
        if (!order.dryRun) recordStore.announce({ type: "created", object: object.name, id: "" });
        return { status, rejects };
      } catch (problem) {
        setError(messageOf(problem));
        return null;
      } finally {
        setRunning(null);
      }
    },
    [object],
  );

  return { running, error, setError, run };
}
