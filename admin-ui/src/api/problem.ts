// What the server says when it refuses (RFC 9457), and what to tell people about it.
import { t } from "@/lib/i18n";
import type { Document } from "./document";

export type FieldProblem = Document["ProblemDetail"];

export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly errors: FieldProblem[];
  readonly requestId: string | undefined;
  readonly body: Record<string, unknown>;

  constructor(status: number, body: Record<string, unknown>) {
    const detail = typeof body.detail === "string" ? body.detail : "";
    const title = typeof body.title === "string" ? body.title : "";
    super(sentence(detail || title || fallback(status)));
    this.name = "Problem";
    this.status = status;
    this.code = typeof body.code === "string" ? body.code : "";
    const errors = Array.isArray(body.errors) ? (body.errors as FieldProblem[]) : [];
    this.errors = errors.map((e) => ({
      ...e,
      message: sentence(e.message),
      ...(e.hint ? { hint: sentence(e.hint) } : {}),
    }));
    this.requestId = typeof body.request_id === "string" ? body.request_id : undefined;
    this.body = body;
  }
}

/** "`x` has no field" → "X has no field.": the server writes for developers, people read sentences. */
export function sentence(text: string): string {
  const plain = text.replace(/`/g, "").trim();
  if (!plain) return "";
  return plain.charAt(0).toUpperCase() + plain.slice(1) + (/[.!?…]$/.test(plain) ? "" : ".");
}

function fallback(status: number): string {
  if (status === 0) return t("The server cannot be reached. Check the connection and try again.");
  if (status === 403) return t("You have no permission to do this.");
  if (status === 404) return t("This is not here, or not yours to see.");
  if (status === 413) return t("This is too large to be saved.");
  if (status === 429) return t("Too many requests. Wait a moment and try again.");
  if (status >= 500) return t("The server failed to answer. Try again in a moment.");
  return t("The server refused this ({status}).", { status });
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What rules warn about, where nothing else is in the way: the same request goes through once it is confirmed. */
export function warningsOf(error: unknown): string[] {
  if (!(error instanceof Problem) || error.errors.some((one) => one.code !== "warning")) return [];
  return error.errors.map((one) => one.message);
}

/** The problems of a refusal by field name, with the rest under "". Paths such as "/data/x_id", "fields[2].label" are cut to their last word. */
export function problemsByField(error: unknown): Record<string, string> {
  if (!(error instanceof Problem)) return { "": messageOf(error) };
  const found: Record<string, string> = {};
  for (const item of error.errors) {
    const name =
      item.path
        .split(/[/.]/)
        .pop()
        ?.replace(/\[\d+\]$/, "") ?? "";
    const text = item.hint ? `${item.message} ${item.hint}` : item.message;
    found[name] = found[name] ? `${found[name]} ${text}` : text;
  }
  if (error.errors.length === 0) found[""] = error.message;
  return found;
}

/** The same by the whole path that they name; of those in a list by the list. */
export function problemsByPath(error: unknown): Record<string, string> {
  if (!(error instanceof Problem) || error.errors.length === 0) return { "": messageOf(error) };
  const found: Record<string, string> = {};
  for (const { path, message } of error.errors) {
    const place = path.replace(/\[\d+\]$/, "");
    found[place] = [found[place], message].filter(Boolean).join(" ");
  }
  return found;
}
