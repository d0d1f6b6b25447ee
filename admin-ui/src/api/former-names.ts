// Names of before a rename that programs still say, and who says them.
import { load } from "./client";

export interface FormerUse {
  actor: { id: string; name: string };
  /** The API key that it was said with, if there was one. */
  key: string | null;
  /** The revision whose names were said. */
  version: number;
  requests: number;
  first_at: string;
  last_at: string;
}

export interface FormerName {
  old: string;
  new: string;
  requests: number;
  used_by: FormerUse[];
}

export async function listFormerNames(signal?: AbortSignal): Promise<FormerName[]> {
  return (await load<{ data: FormerName[] }>("/metadata/v1/former-names", undefined, signal)).data;
}
