// People of the tenant, as administrators see and change them; and one's own sessions and keys.
import { load, request } from "./client";
import type { Document } from "./document";

export type Person = Document["Person"] & {
  manager: { id: string; name: string } | null;
  /** "person", or something that is none and cannot be signed in. */
  kind: string;
};

export interface PersonPatch {
  name?: string;
  email?: string;
  password?: string;
  current_password?: string;
  roles?: string[];
  permission_sets?: string[];
  teams?: string[];
  active?: boolean;
  manager_id?: string | null;
  title?: string | null;
  time_zone?: string | null;
}

interface Page<T> {
  data: T[];
  pagination?: { next_cursor?: string | null; has_more?: boolean };
}

/** Everybody, page after page; a tenant has people by the thousand at most. */
export async function listPeople(signal?: AbortSignal): Promise<Person[]> {
  const people: Person[] = [];
  let cursor: string | null | undefined;
  do {
    const page: Page<Person> = await load("/admin/v1/users", { limit: 1000, cursor }, signal);
    people.push(...page.data.filter((p) => p.kind === "person"));
    cursor = page.pagination?.has_more ? page.pagination.next_cursor : null;
  } while (cursor);
  return people;
}

export async function createPerson(person: PersonPatch): Promise<Person> {
  return (await request<{ data: Person }>("POST", "/admin/v1/users", { body: person })).body.data;
}

export async function changePerson(id: string, patch: PersonPatch): Promise<Person> {
  return (await request<{ data: Person }>("PATCH", `/admin/v1/users/${id}`, { body: patch })).body.data;
}

export type Session = Document["OpenSession"] & { current: boolean };

export async function listSessions(signal?: AbortSignal): Promise<Session[]> {
  return (await load<{ data: Session[] }>("/auth/v1/sessions", undefined, signal)).data;
}

export async function endSession(id: string): Promise<void> {
  await request("DELETE", `/auth/v1/sessions/${id}`);
}

export type ApiKey = Document["ApiKey"];

export interface NewKey {
  name: string;
  scopes?: string[];
  expires_at?: string;
  rate_limit?: number;
  allowed_ips?: string[];
  role?: string;
}

export async function listKeys(signal?: AbortSignal): Promise<ApiKey[]> {
  return (await load<{ data: ApiKey[] }>("/auth/v1/api-keys", undefined, signal)).data;
}

/** The only moment at which a key can be read. */
export async function createKey(key: NewKey): Promise<{ id: string; key: string; prefix: string }> {
  return (await request<{ id: string; key: string; prefix: string }>("POST", "/auth/v1/api-keys", { body: key })).body;
}

export async function revokeKey(id: string): Promise<void> {
  await request("DELETE", `/auth/v1/api-keys/${id}`);
}

export type Team = Document["Team"];

export async function listTeams(signal?: AbortSignal): Promise<Team[]> {
  return (await load<{ data: Team[] }>("/admin/v1/teams", undefined, signal)).data;
}

/** Makes a team, or changes what is named of one. */
export async function saveTeam(id: string | undefined, team: Partial<Omit<Team, "id">>): Promise<void> {
  await (id
    ? request("PATCH", `/admin/v1/teams/${id}`, { body: team })
    : request("POST", "/admin/v1/teams", { body: team }));
}

export async function deleteTeam(id: string): Promise<void> {
  await request("DELETE", `/admin/v1/teams/${id}`);
}
