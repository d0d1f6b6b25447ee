// Many records at once: in batches that are whole, and one by one where a batch is refused, so that the good ones go in.
import { request } from "./client";
import { Problem, warningsOf } from "./problem";
import { type RecordData, recordStore } from "./record-store";
import { consent, forEachRecord, type ListRequest, listRecords, type ObjectRef } from "./records";

const CHUNK = 200;
/** The most records that a selection of "all that match" holds. */
export const MOST = 10_000;

type Patch = (id: string) => Record<string, unknown>;

async function runBatch(
  operations: Record<string, unknown>[],
  confirmed = false,
): Promise<{ data: RecordData | null }[]> {
  const answer = await request<{ data: { data: RecordData | null }[] }>("POST", "/api/v1/batch", {
    body: { operations },
    ...consent(confirmed),
    headers: { "idempotency-key": crypto.randomUUID() },
  });
  return answer.body.data;
}

/**
 * Changes records; answers the ids that failed with their reason. A batch that rules warn about waits as a whole for
 * whoever confirms it: its records fail with the warning.
 */
export async function changeRecords(
  object: ObjectRef,
  ids: string[],
  patch: Patch,
  onProgress: (done: number) => void = () => {},
  confirmed = false,
): Promise<Map<string, unknown>> {
  const failed = new Map<string, unknown>();
  const fields = new Set<string>();
  const operation = (id: string) => ({ op: "update", object: object.name, id, data: patch(id) });
  const take = (id: string, answered: RecordData | null | undefined) => {
    for (const key of Object.keys(patch(id))) fields.add(key);
    if (answered && recordStore.find(object.name, id)) recordStore.merge(object.name, answered);
    recordStore.announce({ type: "updated", object: object.name, id, fields: [...fields] });
  };
  for (let at = 0; at < ids.length; at += CHUNK) {
    const chunk = ids.slice(at, at + CHUNK);
    try {
      const answers = await runBatch(chunk.map(operation), confirmed);
      chunk.forEach((id, i) => {
        take(id, answers[i]?.data);
      });
    } catch (error) {
      if (!(error instanceof Problem) || error.status === 0 || error.status >= 500) {
        for (const id of ids.slice(at)) failed.set(id, error);
        return failed;
      }
      if (warningsOf(error).length) for (const id of chunk) failed.set(id, error);
      else {
        const one = async (id: string) => take(id, (await runBatch([operation(id)], confirmed))[0]?.data);
        for (const [id, reason] of await forEachRecord(chunk, one)) failed.set(id, reason);
      }
    }
    onProgress(Math.min(ids.length, at + CHUNK));
  }
  return failed;
}

/** Deletes records; answers the ids that failed with their reason. */
export async function deleteRecords(object: ObjectRef, ids: string[]): Promise<Map<string, unknown>> {
  const failed = new Map<string, unknown>();
  const operation = (id: string) => ({ op: "delete", object: object.name, id });
  const gone = (id: string) => recordStore.announce({ type: "removed", object: object.name, id });
  for (let at = 0; at < ids.length; at += CHUNK) {
    const chunk = ids.slice(at, at + CHUNK);
    try {
      await runBatch(chunk.map(operation));
      chunk.forEach(gone);
    } catch {
      const alone = await forEachRecord(chunk, async (id) => {
        await runBatch([operation(id)]);
        gone(id);
      });
      for (const [id, reason] of alone) failed.set(id, reason);
    }
  }
  return failed;
}

/** Apart: what rules warn about, each text once, with whom it waits for; and what failed for good. */
export function warnedApart(failed: Map<string, unknown>): { ids: string[]; texts: string[]; rest: unknown[] } {
  const all = [...failed];
  const warned = all.filter(([, reason]) => warningsOf(reason).length);
  return {
    ids: warned.map(([id]) => id),
    texts: [...new Set(warned.flatMap(([, reason]) => warningsOf(reason)))],
    rest: all.filter(([, reason]) => !warningsOf(reason).length).map(([, reason]) => reason),
  };
}

/** The ids of all records of a request, up to the most that a selection holds. */
export async function listIds(object: ObjectRef, query: ListRequest, signal?: AbortSignal): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await listRecords(object, { ...query, fields: ["id"], limit: 1000, cursor }, signal);
    ids.push(...page.records.map((r) => r.id));
    cursor = page.nextCursor ?? undefined;
  } while (cursor && ids.length < MOST);
  return ids.slice(0, MOST);
}

/** Makes the others part of one record, which gets these values; answers it. The others are in the recycle bin then. */
export async function mergeRecords(
  object: ObjectRef,
  id: string,
  others: string[],
  fields: Record<string, unknown>,
  confirmed = false,
): Promise<RecordData> {
  const answer = await request<{ data: RecordData }>("POST", `/api/v1/${object.plural}/${id}/merge`, {
    body: { others, fields },
    ...consent(confirmed),
    headers: { "idempotency-key": crypto.randomUUID() },
  });
  const record = recordStore.merge(object.name, answer.body.data);
  for (const other of others) recordStore.announce({ type: "removed", object: object.name, id: other });
  recordStore.announce({ type: "updated", object: object.name, id, fields: Object.keys(answer.body.data) });
  return record;
}
