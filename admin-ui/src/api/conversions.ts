// What a record can become, and its becoming that.
import { load, request } from "./client";
import { type RecordData, recordStore } from "./record-store";
import type { ObjectRef } from "./records";

/** A record that is there already and agrees with the one that would be made. */
export interface Match {
  id: string;
  name: string | null;
  on: string[];
}

export interface ConversionTarget {
  name: string;
  label: string;
  object: string;
  optional: boolean;
  may_create: boolean;
  /** What a new record would hold, by the keys of the API. */
  values: Record<string, unknown>;
  /** Keys of its lookups to targets before it. */
  with: Record<string, string>;
  matches: Match[];
}

export interface Conversion {
  name: string;
  label: string;
  description: string | null;
  ready: boolean;
  message: string | null;
  targets: ConversionTarget[];
}

/** What a target shall be: a new record with these values, one that is there, or nothing. */
export type Wish = { values: Record<string, unknown> } | { id: string } | null;

export interface Converted {
  source: RecordData | null;
  targets: Record<string, { object: string; id: string; created: boolean; data: RecordData | null }>;
}

const path = (object: ObjectRef, id: string) => `/api/v1/${object.plural}/${id}/conversions`;

export async function loadConversions(object: ObjectRef, id: string, signal?: AbortSignal): Promise<Conversion[]> {
  return (await load<{ data: Conversion[] }>(path(object, id), undefined, signal)).data;
}

export async function convertRecord(
  object: ObjectRef,
  id: string,
  name: string,
  targets: Record<string, Wish>,
  confirmed = false,
): Promise<Converted> {
  const answer = await request<{ data: Converted }>("POST", `${path(object, id)}/${name}`, {
    body: { targets },
    ...(confirmed ? { query: { confirm_warnings: true } } : {}),
    headers: { "idempotency-key": crypto.randomUUID() },
  });
  const done = answer.body.data;
  if (done.source) {
    recordStore.merge(object.name, done.source);
    recordStore.announce({ type: "updated", object: object.name, id, fields: Object.keys(done.source) });
  }
  return done;
}

/** The next occurrences of a recurrence rule, in the zone of this browser. */
export async function previewRule(rule: string, signal?: AbortSignal): Promise<string[]> {
  const time_zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const body = { rule, time_zone };
  const answer = await request<{ data: { occurrences: string[] } }>("POST", "/api/v1/recurrence/preview", {
    body,
    signal,
  });
  return answer.body.data.occurrences;
}
