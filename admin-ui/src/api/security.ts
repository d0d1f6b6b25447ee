// One's own password and second factor, links by mail, the security settings of the tenant and who signed in when.
import { load, request } from "./client";
import type { Document } from "./document";
import type { PageOf } from "./pages";
import { loadMe } from "./session";

interface Data<T> {
  data: T;
}

async function post<T>(path: string, body?: unknown): Promise<T> {
  return (await request<Data<T>>("POST", path, body === undefined ? {} : { body })).body?.data;
}

export interface TwoFactor {
  enabled: boolean;
  confirmed_at: string | null;
  recovery_codes_left: number;
  required: boolean;
}

export async function loadTwoFactor(signal?: AbortSignal): Promise<TwoFactor> {
  return (await load<Data<TwoFactor>>("/auth/v1/two-factor", undefined, signal)).data;
}

export interface Enrolment {
  secret: string;
  otpauth_url: string;
}

/** Who came by a provider this moment needs no password. */
const proof = (password: string) => (password ? { password } : {});

export const beginTwoFactor = (password: string): Promise<Enrolment> => post("/auth/v1/two-factor", proof(password));

/** Ends the set-up with a first code. The session is a new one then, so the token against forgery is read anew. */
export async function confirmTwoFactor(code: string): Promise<string[]> {
  const { recovery_codes } = await post<{ recovery_codes: string[] }>("/auth/v1/two-factor/confirm", { code });
  await loadMe();
  return recovery_codes;
}

export async function renewRecoveryCodes(password: string, totp: string): Promise<string[]> {
  const body = { ...proof(password), totp };
  return (await post<{ recovery_codes: string[] }>("/auth/v1/two-factor/recovery-codes", body)).recovery_codes;
}

export async function disableTwoFactor(password: string, totp: string): Promise<void> {
  await post("/auth/v1/two-factor/disable", { ...proof(password), totp });
  await loadMe();
}

export async function changePassword(password: string, new_password: string): Promise<void> {
  await post("/auth/v1/password", { password, new_password });
  await loadMe();
}

export async function forgotPassword(email: string, tenant?: string): Promise<void> {
  await post("/auth/v1/password/forgot", { email, ...(tenant ? { tenant } : {}) });
}

export async function resetPassword(token: string, password: string): Promise<void> {
  await post("/auth/v1/password/reset", { token, password });
}

export interface Login {
  id: string;
  at: string;
  user_id: string | null;
  email: string;
  ip: string | null;
  user_agent: string | null;
  result: "success" | "failure";
  reason: string | null;
  method: string | null;
  session_id: string | null;
}

export interface LoginFilter {
  user_id?: string | undefined;
  result?: "success" | "failure" | undefined;
  ip?: string | undefined;
  /** Days, in UTC. */
  from?: string | undefined;
  to?: string | undefined;
}

/** Who signed in, or tried to: of everybody, or one's own. */
export async function listLogins(
  whose: "all" | "own",
  filter: LoginFilter,
  cursor?: string,
  signal?: AbortSignal,
): Promise<PageOf<Login>> {
  const path = whose === "all" ? "/admin/v1/login-history" : "/auth/v1/login-history";
  const time = (day: string | undefined) => day && `${day}T00:00:00Z`;
  const { from, to, ...rest } = filter;
  return load<PageOf<Login>>(
    path,
    { ...rest, from: time(from), to: time(to), cursor, limit: whose === "all" ? 100 : 20 },
    signal,
  );
}

/** Groups of settings, each with numbers, switches and lists. */
export type SecuritySettings = Document["SecuritySettings"];

const SETTINGS = "/admin/v1/security-settings";

export async function loadSecuritySettings(signal?: AbortSignal): Promise<SecuritySettings> {
  return (await load<Data<SecuritySettings>>(SETTINGS, undefined, signal)).data;
}

export async function saveSecuritySettings(patch: Partial<SecuritySettings>): Promise<SecuritySettings> {
  return (await request<Data<SecuritySettings>>("PATCH", SETTINGS, { body: patch })).body.data;
}

/** Mails a link with which somebody sets a password. */
export async function invitePerson(id: string): Promise<void> {
  await request("POST", `/admin/v1/users/${id}/invite`);
}

export async function endSessionsOf(id: string): Promise<void> {
  await request("DELETE", `/admin/v1/users/${id}/sessions`);
}

export async function removeTwoFactorOf(id: string): Promise<void> {
  await request("DELETE", `/admin/v1/users/${id}/two-factor`);
}
