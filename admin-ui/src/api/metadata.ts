// Changing what exists: objects and fields, with the plan shown before.
import { load, request } from "./client";

export interface Step {
  sql: string;
  lock?: string;
  rewrite?: boolean;
  risk?: string;
  description?: string;
}

export interface Plan {
  revision: number;
  steps: Step[];
}

export interface Change {
  kind: string;
  name: string;
  definition: Record<string, unknown> | null;
}

/** What would happen; nothing is changed. */
export async function planChanges(changes: Change[], signal?: AbortSignal): Promise<Plan> {
  const answer = await request<{ data: Plan }>("POST", "/metadata/v1/deploy", {
    body: { changes, dry_run: true, allow_data_loss: true },
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
  const body = { changes, message, ...(allowDataLoss ? { allow_data_loss: true } : {}) };
  await request("POST", "/metadata/v1/deploy", { body });
}

export interface PackageInfo {
  name: string;
  label: string;
  version: string;
  description?: string;
  installed: boolean;
  installed_version?: string | null;
  requires?: Record<string, string>;
}

export async function listPackages(signal?: AbortSignal): Promise<PackageInfo[]> {
  return (await load<{ data: PackageInfo[] }>("/metadata/v1/packages", undefined, signal)).data;
}

export async function installPackage(name: string): Promise<void> {
  await request("POST", "/metadata/v1/packages", { body: { name } });
}

export async function uninstallPackage(name: string, allowDataLoss = false): Promise<void> {
  await request("DELETE", `/metadata/v1/packages/${name}`, allowDataLoss ? { query: { allow_data_loss: true } } : {});
}
