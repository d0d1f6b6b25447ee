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

export async function signOut(): Promise<void> {
  await request("POST", "/auth/v1/logout");
}
