// Why somebody may do something, who may, with whom a record is shared, and what a change of roles would change.
import { load, request } from "./client";
import type { Document } from "./document";
import type { PageOf } from "./pages";
import type { ObjectRef } from "./records";

export const ACTIONS = ["read", "edit", "create", "delete", "transfer", "share", "export"] as const;
export type AccessAction = (typeof ACTIONS)[number];

export interface Question {
  user: string;
  object: string;
  record?: string | undefined;
  action: AccessAction;
}

/** The answer to one question, way by way. */
export interface Explanation {
  allowed: boolean;
  action: AccessAction;
  user: { id: string; name: string; roles: string[]; permission_sets: string[] };
  object: {
    name: string;
    given: string;
    by: string[];
    sharing?: { default?: string; hierarchy?: boolean };
  };
  fields: { hidden: string[]; partly: string[] };
  reasons: string[];
  /** Null when there is no such record; missing when the question was about no particular one. */
  record?: {
    owner: { id: string; name: string | null };
    everything: boolean;
    ways: { way: string; applies: boolean }[];
    limits: { rule: string; holds: boolean }[];
  } | null;
}

export async function explainAccess(question: Question, signal?: AbortSignal): Promise<Explanation> {
  return (await load<{ data: Explanation }>("/admin/v1/access/explain", { ...question }, signal)).data;
}

export interface Able {
  user: { id: string; name: string };
  why: string[];
  by: string[];
}

/** Who may do something with a record; a page of the tenant's people at a time, so a page may hold nobody. */
export async function whoMay(
  about: { object: string; record: string; action: AccessAction; cursor?: string | undefined },
  signal?: AbortSignal,
): Promise<PageOf<Able>> {
  return load<PageOf<Able>>("/admin/v1/access/who", { ...about, limit: 200 }, signal);
}

export type Share = Document["Share"];

const shares = (object: ObjectRef, id: string) => `/api/v1/${object.plural}/${id}/shares`;

export async function listShares(object: ObjectRef, id: string, signal?: AbortSignal): Promise<Share[]> {
  return (await load<{ data: Share[] }>(shares(object, id), undefined, signal)).data;
}

/** Who a share is with, as requests name it. */
export type Grantee = { user_id: string } | { team: string } | { role: string };

export async function shareRecord(
  object: ObjectRef,
  id: string,
  share: Grantee & { access: "read" | "edit"; expires_at?: string },
): Promise<void> {
  await request("POST", shares(object, id), { body: share });
}

export async function endShare(object: ObjectRef, id: string, share: Share): Promise<void> {
  const { user_id, team, role } = share;
  await request("DELETE", shares(object, id), { query: { user_id, team, role } });
}

/** One thing that a holder (a role, a permission set) would have otherwise. */
export interface AccessDifference {
  holder?: string;
  object?: string;
  field?: string;
  action?: AccessAction;
  permission?: string;
  rule?: string;
  /** An object whose records are shared otherwise by default. */
  sharing?: string;
  before: string | boolean;
  after: string | boolean;
}
