// Why somebody may see something, and who may see a record: the server's own reasons.
import { load } from "./client";

export interface Explanation {
  allowed: boolean;
  action: string;
  user: { id: string; name: string };
  object: { given: string; by: unknown[] };
  record?: {
    owner_id: string | null;
    reached: boolean;
    ways: { way: string; applies: boolean; [more: string]: unknown }[];
    limits?: { rule: string; holds: boolean }[];
  } | null;
  fields?: { hidden: string[]; partly: string[] };
  reasons: string[];
}

export interface Question {
  user: string;
  object: string;
  record?: string | undefined;
  action: string;
}

export async function explainAccess(asked: Question, signal?: AbortSignal): Promise<Explanation> {
  return (await load<{ data: Explanation }>("/admin/v1/access/explain", { ...asked }, signal)).data;
}

export interface Seer {
  user: { id: string; name: string };
  why: string[];
}

export async function whoSees(object: string, record: string, action: string, signal?: AbortSignal): Promise<Seer[]> {
  return (await load<{ data: Seer[] }>("/admin/v1/access/who", { object, record, action }, signal)).data;
}
