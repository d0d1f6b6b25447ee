// Filters as people build them (a list of conditions) and as the API takes them (a JSON tree).

export type Ast = { [key: string]: unknown };

/** One chip: a field path, an operator of its kind, and the operand. Kept in the URL. */
export interface Condition {
  field: string;
  op: string;
  value?: unknown;
}

/** All of them must hold. One stays itself, none is nothing. */
export function all(parts: (Ast | null | undefined)[]): Ast | null {
  const kept = parts.filter((part): part is Ast => Boolean(part) && Object.keys(part as Ast).length > 0);
  if (kept.length === 0) return null;
  return kept.length === 1 ? (kept[0] ?? null) : { and: kept };
}

export function any(parts: (Ast | null | undefined)[]): Ast | null {
  const kept = parts.filter((part): part is Ast => Boolean(part));
  if (kept.length === 0) return null;
  return kept.length === 1 ? (kept[0] ?? null) : { or: kept };
}

export function compare(path: string, op: string, value: unknown): Ast {
  return { [path]: { [op]: value } };
}

/** Reads conditions from the URL: whatever is not a condition is dropped. */
export function readConditions(raw: unknown): Condition[] {
  if (!Array.isArray(raw)) return [];
  return raw.filter(
    (item): item is Condition =>
      typeof item === "object" && item !== null && typeof item.field === "string" && typeof item.op === "string",
  );
}
