// Words looked for across all objects. The server marks what matched; the marks come as HTML and leave as pieces.
import { load } from "./client";

export interface Hit {
  object: string;
  plural: string;
  id: string;
  name: string;
  /** By field, with the matching words in <mark>. */
  highlights: Record<string, string>;
  /** Found because it is nearly what was typed. */
  similar?: boolean;
}

export interface Found {
  hits: Hit[];
  /** There are more than were asked for. */
  more: boolean;
}

/** In all objects, or in one. */
export async function search(
  text: string,
  limit: number,
  signal?: AbortSignal,
  plural?: string | undefined,
): Promise<Found> {
  const query = { q: text, limit, objects: plural };
  const body = await load<{ data: Hit[]; pagination?: { has_more?: boolean } }>("/api/v1/search", query, signal);
  return { hits: body.data, more: body.pagination?.has_more ?? false };
}

const ENTITIES: Record<string, string> = {
  "&lt;": "<",
  "&gt;": ">",
  "&amp;": "&",
  "&quot;": '"',
  "&#39;": "'",
  "&#x27;": "'",
};
const decode = (html: string) => html.replace(/&(?:lt|gt|amp|quot|#39|#x27);/g, (entity) => ENTITIES[entity] ?? entity);

/** The pieces of a marked text, every other one marked; no HTML is left in them. */
export const pieces = (marked: string): string[] => marked.split(/<\/?mark>/).map(decode);
