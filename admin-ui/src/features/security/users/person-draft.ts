// A user while they are being made or changed, and the change that this means.
import type { Person, PersonPatch } from "@/api/people";

export interface PersonDraft {
  name: string;
  email: string;
  password: string;
  /** One's own, which a change of one's own address takes. */
  current_password: string;
  title: string;
  roles: string[];
  permission_sets: string[];
  teams: string[];
  manager_id: string | null;
  time_zone: string | null;
}

export function startPerson(person: Person | undefined): PersonDraft {
  return {
    name: person?.name ?? "",
    email: person?.email ?? "",
    password: "",
    current_password: "",
    title: person?.title ?? "",
    roles: person?.roles ?? [],
    permission_sets: person?.permission_sets ?? [],
    teams: person?.teams ?? [],
    manager_id: person?.manager_id ?? null,
    time_zone: person?.time_zone ?? null,
  };
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

/** Only what differs goes to the server, so that two who edit the same user do not undo each other. */
export function patchOf(draft: PersonDraft, person: Person | undefined): PersonPatch {
  const before = startPerson(person);
  const patch: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(draft)) {
    if (same(value, before[key as keyof PersonDraft])) continue;
    patch[key] =
      key === "title" && value === ""
        ? null
        : typeof value === "string" && !key.endsWith("password")
          ? value.trim()
          : value;
  }
  return patch as PersonPatch;
}

/** Those who cannot manage a person: themselves and everybody below them, or a circle would close. */
export function below(person: Person | undefined, people: Person[]): Set<string> {
  const found = new Set<string>(person ? [person.id] : []);
  for (let grew = Boolean(person); grew; ) {
    grew = false;
    for (const p of people) {
      if (p.manager_id && found.has(p.manager_id) && !found.has(p.id)) {
        found.add(p.id);
        grew = true;
      }
    }
  }
  return found;
}

const LETTERS = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ23456789";

/** A password that nobody guesses: 20 letters and digits without those that look alike. */
export function makePassword(random = (n: number) => crypto.getRandomValues(new Uint32Array(n))): string {
  return [...random(20)].map((n) => LETTERS[n % LETTERS.length]).join("");
}
