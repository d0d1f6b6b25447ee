// Records of any object through the REST API. What comes back goes into the record store.
import type { Ast } from "@/lib/filter";
import { load, request, withQuery } from "./client";
import { Problem } from "./problem";
import { type RecordData, recordStore } from "./record-store";

/** The two names of an object that a request needs. */
export interface ObjectRef {
  name: string;
  plural: string;
}

export interface ListRequest {
  fields?: string[];
  filter?: Ast | null;
  where?: string | undefined;
  sort?: string[];
  limit?: number;
  cursor?: string | undefined;
  page?: number | undefined;
  includeTotal?: boolean;
  /** What is in the recycle bin, in place of what is not. */
  deleted?: boolean;
}

export interface Page {
  records: RecordData[];
  nextCursor: string | null;
  hasMore: boolean;
  total: number | undefined;
}

interface ListBody {
  data: RecordData[];
  pagination?: { next_cursor?: string | null; has_more?: boolean; total?: number };
}

const base = (object: ObjectRef) => `/api/v1/${object.plural}`;

export async function listRecords(object: ObjectRef, query: ListRequest, signal?: AbortSignal): Promise<Page> {
  const body = await load<ListBody>(
    base(object),
    {
      fields: query.fields?.join(","),
      filter: query.filter ? JSON.stringify(query.filter) : undefined,
      where: query.where,
      sort: query.sort?.join(","),
      limit: query.limit,
      cursor: query.cursor,
      page: query.page,
      include_total: query.includeTotal ? true : undefined,
      deleted: query.deleted ? true : undefined,
    },
    signal,
  );
  const records = body.data.map((record) => recordStore.merge(object.name, record));
  return {
    records,
    nextCursor: body.pagination?.next_cursor ?? null,
    hasMore: body.pagination?.has_more ?? false,
    total: body.pagination?.total,
  };
}

export async function loadRecord(
  object: ObjectRef,
  id: string,
  fields?: string[],
  signal?: AbortSignal,
): Promise<RecordData> {
  const body = await load<{ data: RecordData }>(`${base(object)}/${id}`, { fields: fields?.join(",") }, signal);
  return recordStore.merge(object.name, body.data);
}

/** Whoever has read what rules warn about saves all the same. */
export const consent = (confirmed: boolean) => (confirmed ? { query: { confirm_warnings: true } } : {});

export async function createRecord(
  object: ObjectRef,
  data: Record<string, unknown>,
  confirmed = false,
): Promise<RecordData> {
  const answer = await request<{ data: RecordData }>("POST", base(object), {
    body: data,
    ...consent(confirmed),
    headers: { "idempotency-key": crypto.randomUUID() },
  });
  const record = recordStore.merge(object.name, answer.body.data);
  recordStore.announce({ type: "created", object: object.name, id: record.id });
  return record;
}

/** Someone else was faster: the record as it is now. */
export class Conflict extends Error {
  readonly theirs: RecordData;
  constructor(theirs: RecordData) {
    super("Someone else changed this record meanwhile.");
    this.theirs = theirs;
  }
}

/** Saves a change at once on screen and then at the server; takes it back when the server refuses. */
export async function updateRecord(
  object: ObjectRef,
  id: string,
  patch: Record<string, unknown>,
  shown: Record<string, unknown> = patch,
  confirmed = false,
): Promise<RecordData> {
  const version = recordStore.find(object.name, id)?.version;
  const takeBack = recordStore.applyOptimistic(object.name, id, shown);
  const tell = () => recordStore.announce({ type: "updated", object: object.name, id, fields: Object.keys(patch) });
  tell();
  try {
    const answer = await request<{ data: RecordData }>("PATCH", `${base(object)}/${id}`, {
      body: patch,
      ...consent(confirmed),
      headers: version === undefined ? {} : { "if-match": `"${version}"` },
    });
    return recordStore.merge(object.name, answer.body.data);
  } catch (error) {
    takeBack();
    tell();
    if (error instanceof Problem && error.status === 412) throw new Conflict(await loadRecord(object, id));
    throw error;
  }
}

export async function deleteRecord(object: ObjectRef, id: string): Promise<void> {
  await request("DELETE", `${base(object)}/${id}`);
  recordStore.announce({ type: "removed", object: object.name, id });
}

/** Out of the recycle bin, for good. */
export async function purgeRecord(object: ObjectRef, id: string): Promise<void> {
  await request("DELETE", `${base(object)}/${id}`, { query: { permanent: true } });
  recordStore.forget(object.name, id);
}

/** The address of a list as a file. */
export function exportPath(object: ObjectRef, query: ListRequest, format: "csv" | "xlsx"): string {
  return withQuery(base(object), {
    format,
    fields: query.fields?.filter((f) => f !== "id" && f !== "version").join(","),
    filter: query.filter ? JSON.stringify(query.filter) : undefined,
    where: query.where,
    sort: query.sort?.join(","),
  });
}

export async function restoreRecord(object: ObjectRef, id: string): Promise<void> {
  await request("POST", `${base(object)}/${id}/restore`);
  recordStore.announce({ type: "restored", object: object.name, id });
}

/** Runs a piece of work for each id, a few at a time; answers the ids that failed with their reason. */
export async function forEachRecord(ids: string[], work: (id: string) => Promise<void>): Promise<Map<string, unknown>> {
  const failed = new Map<string, unknown>();
  const queue = [...ids];
  const lane = async () => {
    for (let id = queue.shift(); id; id = queue.shift()) {
      try {
        await work(id);
      } catch (error) {
        failed.set(id, error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(6, ids.length) }, lane));
  return failed;
}

export interface HistoryEntry {
  at: string;
  actor: { id: string; name: string } | null;
  action: string;
  changes: Record<string, [unknown, unknown]>;
}

export async function loadHistory(object: ObjectRef, id: string, signal?: AbortSignal): Promise<HistoryEntry[]> {
  return (await load<{ data: HistoryEntry[] }>(`${base(object)}/${id}/history`, undefined, signal)).data;
}
