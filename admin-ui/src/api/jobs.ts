// What the tenant has left for later, and what to do about what has failed too often.
import { load, request } from "./client";

export interface Job {
  kind: string;
  /** What it is about: a stable id, a name, or nothing. */
  subject: string;
  queued_at: string;
  progress: { done?: number | null; total?: number | null } | null;
  /** Failures since it last got further. */
  attempts: number;
  /** When it is tried next; nothing for one that is dead or held. */
  next_at: string | null;
  error: string | null;
  /** Since when it is left alone. */
  dead_at: string | null;
}

type Named = Pick<Job, "kind" | "subject">;

const PLACE = "/admin/v1/jobs";

/** The oldest first; all of them, or what has failed too often. */
export async function listJobs(dead: boolean, signal?: AbortSignal): Promise<Job[]> {
  return (await load<{ data: Job[] }>(PLACE, { ...(dead ? { dead } : {}), limit: 1000 }, signal)).data;
}

/** Lets one be tried at once, as if it had never failed. */
export async function retryJob({ kind, subject }: Named): Promise<void> {
  await request("POST", `${PLACE}/retry`, { body: { kind, subject } });
}

/** Gives a dead one up. */
export async function dropJob({ kind, subject }: Named): Promise<void> {
  await request("POST", `${PLACE}/drop`, { body: { kind, subject } });
}
