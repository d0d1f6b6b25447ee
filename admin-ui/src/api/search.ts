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

export async function search(text: string, limit: number, signal?: AbortSignal): Promise<Hit[]> {
  return (await load<{ data: Hit[] }>("/api/v1/search", { q: text, limit }, signal)).data;
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
