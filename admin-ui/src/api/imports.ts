// Files that become records: sent once, then asked about until they are done.
import { load, request, sendFile, withQuery } from "./client";
import type { Document } from "./document";
import type { ObjectRef } from "./records";

export type ImportStatus = Omit<Document["Import"], "mapping"> & {
  /** Header to field; null where a column is left out. */
  mapping: Record<string, string | null> | null;
};

export interface ImportOrder {
  file: File;
  dryRun: boolean;
  /** Header to field, empty for columns that are left out. Without it the server guesses. */
  mapping?: Record<string, string> | undefined;
  match?: string | undefined;
}

const TYPES: Record<string, string> = {
  csv: "text/csv",
  txt: "text/csv",
  tsv: "text/csv",
  ndjson: "application/x-ndjson",
  jsonl: "application/x-ndjson",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
};

/** The media type of a file by the end of its name; nothing when it cannot be imported. */
export const importType = (name: string): string | undefined => TYPES[name.split(".").pop()?.toLowerCase() ?? ""];

export async function startImport(object: ObjectRef, order: ImportOrder): Promise<ImportStatus> {
  const query: Record<string, string | boolean | undefined> = {
    dry_run: order.dryRun || undefined,
    match: order.match,
    file_name: order.file.name,
  };
  const params = Object.entries(order.mapping ?? {}).map(
    ([header, field]) => `${encodeURIComponent(`map[${header}]`)}=${encodeURIComponent(field)}`,
  );
  const path = [withQuery(`/api/v1/${object.plural}/import`, query), ...params].join("&");
  return (await sendFile<{ data: ImportStatus }>(path, order.file, importType(order.file.name) ?? "text/csv")).data;
}

export async function loadImport(id: string, signal?: AbortSignal): Promise<ImportStatus> {
  return (await load<{ data: ImportStatus }>(`/api/v1/imports/${id}`, undefined, signal)).data;
}

export interface Reverted {
  /** Records that went to the recycle bin now. */
  deleted: number;
  /** About how many are still to be looked at. */
  left: number;
  /** Those that stay: somebody has changed them since, or something holds them back. */
  kept: number;
}

/** Takes the next batch of what an import made back. */
export async function revertImport(id: string): Promise<Reverted> {
  return (await request<{ data: Reverted }>("POST", `/api/v1/imports/${id}/revert`, { body: {} })).body.data;
}

export const rejectsPath = (id: string): string => `/api/v1/imports/${id}/rejects`;

/** The beginning of the rejected rows, as CSV text. */
export async function loadRejects(id: string): Promise<string> {
  return (await request<string>("GET", rejectsPath(id), { headers: { accept: "text/csv" }, text: true })).body;
}
