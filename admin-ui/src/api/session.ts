// Signing in and out, and who is signed in.
import { load, request, sessionExpired, setCsrfToken } from "./client";

export type ReadScope = "all" | "team" | "own" | "none";

export interface ObjectRights {
  create: boolean;
  read: ReadScope | boolean;
  edit: ReadScope | boolean;
  delete: ReadScope | boolean;
  transfer?: ReadScope | boolean;
  share?: ReadScope | boolean;
  export?: boolean;
}

export interface Me {
  user: { id: string; name: string; email: string };
  /** `sandbox` says how much of another tenant this one is a copy of; a quiet one sends nothing by itself. */
  tenant: { id: string; slug: string; name: string; sandbox?: string | null; quiet?: boolean | null };
  roles: (string | { name: string; label?: string })[];
  permissions: { system: string[]; objects: Record<string, ObjectRights> };
  csrf_token: string;
  /** Let in by a provider: there may be no password. */
  came_by_provider?: boolean;
  /** Somebody at the reseller, whom the workspace lets in for a while. */
  support?: { until: string; reseller: string; by: string; access: "read" | "write" } | null;
}

export interface Credentials {
  email: string;
  password: string;
  tenant?: string;
  totp?: string;
}

export async function loadMe(signal?: AbortSignal): Promise<Me> {
  const { data } = await load<{ data: Me }>("/auth/v1/me", undefined, signal);
  setCsrfToken(data.csrf_token);
  return data;
}

export async function signIn(credentials: Credentials): Promise<void> {
  await request("POST", "/auth/v1/login", { body: credentials });
  sessionExpired.set(false);
}

/** Where one signs out of the provider too by which one came, if it has such a page. */
export async function signOut(): Promise<string | undefined> {
  const { body } = await request<{ data: { sign_out_url: string } } | null>("POST", "/auth/v1/logout");
  return body?.data.sign_out_url;
}

/** A provider by which one may sign in. */
export interface Way {
  name: string;
  label: string;
}

export async function listWays(tenant: string | undefined): Promise<Way[]> {
  return (await load<{ data: Way[] }>("/auth/v1/providers", { tenant })).data;
}

/** The second factor of somebody whom a provider has told; answers the page that was asked for. */
export async function signInWithCode(totp: string): Promise<string> {
  const { body } = await request<{ data: { return_to: string } }>("POST", "/auth/v1/providers/code", {
    body: { totp },
  });
  return body.data.return_to;
}
