// What the address of a search says; read before anything of the search is here.
export interface FoundSearch {
  q?: string | undefined;
  /** In this object alone. */
  in?: string | undefined;
}

export function readFoundSearch(raw: Record<string, unknown>): FoundSearch {
  const word = (value: unknown) =>
    typeof value === "number" ? String(value) : typeof value === "string" && value ? value : undefined;
  return { q: word(raw.q), in: word(raw.in) };
}
