// Changing what exists: objects and fields, with the plan shown before.
import type { AccessDifference } from "./access";
import { load, request } from "./client";
import type { Document } from "./document";

export type Step = Document["Step"];
export type Act = Document["Act"];
export type PassedOver = Document["PassedOver"];

export interface Plan {
  revision: number;
  steps: Step[];
  /** Components whose data is hidden, or whose values do not go over to another kind. */
  data_loss?: string[];
  /** What is back without its records or values, which were purged. */
  comes_back_empty?: string[];
  /** What came of trying the steps on empty tables. */
  tried?: Document["Tried"];
  /** Records that the change does not suit. */
  offending?: Offending[];
  /** What programs that use the API notice. */
  api?: Noticed[];
  /** What roles and rules give otherwise. */
  permissions?: AccessDifference[];
  /** What a package gives or asks for that has to be approved. */
  grants?: string[];
  /** Where a package and the tenant differ, and what holds. */
  merges?: Merge[];
  /** What other packages bring more, or less, beside one that comes or goes. */
  parts?: PartMoved[];
  /** What packages would bring beside others, and does not come. */
  passed_over?: PassedOver[];
}

/** What a package brings beside another one, which comes or goes. */
export interface PartMoved {
  package: string;
  with: string;
  comes: boolean;
}

/** One value, or a whole component, on which a package and the tenant differ. */
export interface Merge {
  path: string;
  class: string;
  outcome: "kept" | "conflict" | "taken" | "dropped" | "adopted" | "removed" | "archived";
  base?: unknown;
  package?: unknown;
  tenant?: unknown;
}

export interface Offending {
  path: string;
  code: string;
  /** Null when finding out takes too long. */
  count: number | null;
  records: string[];
}

export type Noticed = Document["Noticed"];

export interface Change {
  kind: string;
  name: string;
  definition: Record<string, unknown> | null;
}

/** What would happen; nothing is changed. A draft that is planned at each pause has its steps tried when it is reviewed. */
export async function planChanges(changes: Change[], signal?: AbortSignal, draft = false): Promise<Plan> {
  const answer = await request<{ data: Plan }>("POST", "/metadata/v1/deploy", {
    body: { changes, dry_run: true, allow_data_loss: true, ...(draft ? { try_steps: false } : {}) },
    signal,
  });
  return answer.body.data;
}

const objectPath = (object: string) => `/metadata/v1/objects/${object}`;

export async function saveObject(name: string, definition: Record<string, unknown>): Promise<void> {
  await request("PUT", objectPath(name), { body: definition });
}

export async function deleteObject(name: string, allowDataLoss = false): Promise<void> {
  await request("DELETE", objectPath(name), allowDataLoss ? { query: { allow_data_loss: true } } : {});
}

export async function saveField(object: string, field: string, definition: Record<string, unknown>): Promise<void> {
  await request("PUT", `${objectPath(object)}/fields/${field}`, { body: definition });
}

/** Makes several changes at once: all of them or none. */
export async function applyChanges(changes: Change[], message: string, allowDataLoss = false): Promise<void> {
  const body = { changes, ...(message ? { message } : {}), ...(allowDataLoss ? { allow_data_loss: true } : {}) };
  await request("POST", "/metadata/v1/deploy", { body });
}

export type PackageInfo = Document["Package"];

export async function listPackages(signal?: AbortSignal): Promise<PackageInfo[]> {
  return (await load<{ data: PackageInfo[] }>("/metadata/v1/packages", undefined, signal)).data;
}

export interface InstallOptions {
  samples?: boolean;
  dry_run?: boolean;
  approve?: string[];
  /** Places at which the package's value is to hold. */
  take?: string[];
  /** Components whose data may be hidden. */
  allow_data_loss?: string[];
  /** Refused when the definitions have moved on from there. */
  expected_revision?: number;
}

export async function installPackage(
  name: string,
  options: InstallOptions = {},
): Promise<Plan & { installed: string[] }> {
  const body = { name, ...options };
  return (await request<{ data: Plan & { installed: string[] } }>("POST", "/metadata/v1/packages", { body })).body.data;
}

export interface UninstallOptions {
  dry_run?: boolean;
  allow_data_loss?: boolean;
  approve?: string;
  expected_revision?: number;
}

export async function uninstallPackage(name: string, options: UninstallOptions = {}) {
  const answer = await request<{ data: Plan }>("DELETE", `/metadata/v1/packages/${name}`, { query: { ...options } });
  return answer.body.data;
}

export interface RevisionChange {
  action: "create" | "change" | "delete" | "purge";
  kind: string;
  name: string;
}

export interface Revision {
  revision: number;
  at: string;
  actor: { id: string; name: string };
  message: string | null;
  changes: RevisionChange[];
}

/** A component as a revision keeps it. */
export interface RevisionRow {
  id: string;
  kind: string;
  name: string;
  retired: boolean;
  definition: Record<string, unknown>;
}

export interface RevisionDetail extends Revision {
  before: RevisionRow[];
  after: RevisionRow[];
  steps: Step[];
}

export async function listRevisions(before: number | undefined, signal?: AbortSignal): Promise<Revision[]> {
  return (await load<{ data: Revision[] }>("/metadata/v1/revisions", { limit: 50, before }, signal)).data;
}

export async function loadRevision(number: number, signal?: AbortSignal): Promise<RevisionDetail> {
  return (await load<{ data: RevisionDetail }>(`/metadata/v1/revisions/${number}`, undefined, signal)).data;
}

/** Brings everything back to what it was at a revision, as a new revision; or tells the plan of it. */
export async function rollback(number: number, how: { dry_run?: boolean; allow_data_loss?: boolean }): Promise<Plan> {
  const path = `/metadata/v1/revisions/${number}/rollback`;
  return (await request<{ data: Plan }>("POST", path, { body: how })).body.data;
}

/** Every component of a kind, each with its name. */
export async function listComponents<T>(kind: string, signal?: AbortSignal): Promise<T[]> {
  return (await load<{ data: T[] }>(`/metadata/v1/${kind}`, undefined, signal)).data;
}

/** One component on the other side of a use, and where in its definition. */
export type Use = Document["Use"];

export interface Dependencies {
  uses: Use[];
  used_by: Use[];
}

export async function loadDependencies(kind: string, name: string, signal?: AbortSignal): Promise<Dependencies> {
  return (await load<{ data: Dependencies }>(`/metadata/v1/dependencies/${kind}/${name}`, undefined, signal)).data;
}
