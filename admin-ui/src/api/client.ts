// One way to the server: same origin, session cookie, CSRF header, problems as exceptions.
import { Cell } from "@/lib/cell";
import { Problem } from "./problem";

export type Query = Record<string, string | number | boolean | null | undefined>;

export interface Answer<T> {
  body: T;
  etag: string | null;
  status: number;
}

interface Options {
  query?: Query;
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
  /** The answer is text as it stands, not JSON. */
  text?: boolean;
}

let csrfToken = "";

export function setCsrfToken(token: string): void {
  csrfToken = token;
}

/** Turns true when the server no longer knows us; the shell asks to sign in again. */
export const sessionExpired = new Cell(false);

/** Turns true while the server cannot be reached. */
export const unreachable = new Cell(false);

/** Runs it each time that the server answers again after it was away. */
export function whenBack(run: () => void): () => void {
  return unreachable.watch(() => {
    if (!unreachable.get()) run();
  });
}

export function withQuery(path: string, query: Query = {}): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== "") params.set(key, String(value));
  }
  const text = params.toString();
  return text ? `${path}?${text}` : path;
}

async function readBody(response: Response, plain = false): Promise<unknown> {
  if (response.status === 204) return null;
  const text = await response.text();
  if (plain && response.ok) return text;
  if (!text) return null;
  try {
    return JSON.parse(text);
  } catch {
    return { detail: "" };
  }
}

declare global {
  interface Window {
    /** What `early.js` has asked for before the scripts were here, by path. */
    early?: Record<string, Promise<Response>>;
  }
}

/** The answer that is on its way already; each is taken once. */
function early(method: string, path: string): Promise<Response> | undefined {
  const answer = method === "GET" ? window.early?.[path] : undefined;
  delete window.early?.[path];
  return answer;
}

export async function request<T>(method: string, path: string, options: Options = {}): Promise<Answer<T>> {
  const headers: Record<string, string> = { accept: "application/json", ...options.headers };
  const init: RequestInit = { method, headers, credentials: "same-origin", signal: options.signal ?? null };
  if (options.body instanceof Blob) init.body = options.body;
  else if (options.body !== undefined) {
    headers["content-type"] = "application/json";
    init.body = JSON.stringify(options.body);
  }
  if (method !== "GET" && csrfToken) headers["x-csrf-token"] = csrfToken;
  let response: Response;
  try {
    const whole = withQuery(path, options.query);
    response = await (early(method, whole) ?? fetch(whole, init));
    unreachable.set(false);
  } catch (error) {
    if (options.signal?.aborted) throw error;
    unreachable.set(true);
    throw new Problem(0, {});
  }
  const body = await readBody(response, options.text);
  if (response.ok) return { body: body as T, etag: response.headers.get("etag"), status: response.status };
  if (response.status === 401 && !/^\/(auth\/v1\/login|reseller\/)/.test(path)) sessionExpired.set(true);
  throw new Problem(response.status, (body ?? {}) as Record<string, unknown>);
}

export async function load<T>(path: string, query?: Query, signal?: AbortSignal): Promise<T> {
  return (await request<T>("GET", path, { ...(query ? { query } : {}), signal })).body;
}

/** Sends a file as the body of a request. */
export async function sendFile<T>(path: string, file: Blob, type: string): Promise<T> {
  return (await request<T>("POST", path, { body: file, headers: { "content-type": type } })).body;
}
