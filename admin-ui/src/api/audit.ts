// The audit log: all that happened in the tenant, and how far it is sealed.
import { load, withQuery } from "./client";
import type { PageOf } from "./pages";

export interface AuditFilter {
  object?: string | undefined;
  record_id?: string | undefined;
  user_id?: string | undefined;
  action?: string | undefined;
  /** A day or a moment, from it on. */
  from?: string | undefined;
  /** Before this day or moment. */
  to?: string | undefined;
}

export interface AuditEntry {
  seq: number;
  at: string;
  actor: { id: string; name: string | null } | null;
  action: string;
  /** An object's name, or a word for what is no record. */
  object: string;
  record_id: string | null;
  changes: Record<string, [unknown, unknown]>;
  ip: string | null;
  user_agent: string | null;
  request_id: string | null;
}

export async function listAudit(
  filter: AuditFilter,
  cursor?: string,
  signal?: AbortSignal,
): Promise<PageOf<AuditEntry>> {
  return load<PageOf<AuditEntry>>("/admin/v1/audit-log", { ...filter, cursor, limit: 100 }, signal);
}

export interface ChainStatus {
  sealed: {
    seq: number;
    block: number;
    sealed_at: string;
    hash: string;
    key: string | null;
    signature: string | null;
  } | null;
  unsealed: { count: number; oldest_at: string | null };
  key: string | null;
}

export async function loadChainStatus(signal?: AbortSignal): Promise<ChainStatus> {
  return (await load<{ data: ChainStatus }>("/admin/v1/audit-log/status", undefined, signal)).data;
}

/** The address of all that a filter finds, as a file. */
export const auditFile = (filter: AuditFilter, format: "csv" | "ndjson"): string =>
  withQuery("/admin/v1/audit-log", { ...filter, format });
