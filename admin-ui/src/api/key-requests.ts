// The last requests under API keys: one's own, or everybody's for who looks after security.
import { load } from "./client";
import type { PageOf } from "./pages";

export interface KeyRequest {
  id: string;
  at: string;
  key_id: string;
  key_name: string;
  user_id: string;
  method: string;
  /** The address with names in place of what stood there. */
  route: string;
  /** Names of the parameters; what was in them is not kept. */
  parameters: string[];
  status: number;
  /** Milliseconds. */
  took: number;
  code: string | null;
  request_id: string;
}

export interface KeyRequestFilter {
  key_id?: string | undefined;
  status?: "success" | "client_error" | "server_error" | undefined;
  request_id?: string | undefined;
  /** Of everybody's keys. */
  all?: boolean | undefined;
}

export function listKeyRequests(
  { all, ...filter }: KeyRequestFilter,
  cursor?: string,
  signal?: AbortSignal,
): Promise<PageOf<KeyRequest>> {
  const path = all ? "/admin/v1/api-keys/requests" : "/auth/v1/api-keys/requests";
  return load<PageOf<KeyRequest>>(path, { ...filter, cursor, limit: 50 }, signal);
}
