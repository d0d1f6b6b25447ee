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

/** Conditions that hold together or one by one, with groups inside groups. Kept in the URL. */
export interface FilterTree {
  join: "and" | "or";
  items: (Condition | FilterTree)[];
}

export const isTree = (item: Condition | FilterTree): item is FilterTree => "join" in item;

const DEEPEST = 4;

/** Reads a tree from the URL; what is neither a condition nor a group is dropped, and so is what nests too deep. */
export function readTree(raw: unknown, depth = 0): FilterTree | undefined {
  if (typeof raw !== "object" || raw === null || depth > DEEPEST) return undefined;
  const { join, items } = raw as { join?: unknown; items?: unknown };
  if ((join !== "and" && join !== "or") || !Array.isArray(items)) return undefined;
  const kept = items.flatMap((item) => readTree(item, depth + 1) ?? readConditions([item])[0] ?? []);
  return kept.length || depth === 0 ? { join, items: kept } : undefined;
}

/** The tree as the API takes it; conditions that say nothing yet are left out. */
export function treeAst(tree: FilterTree, compile: (condition: Condition) => Ast | null): Ast | null {
  const parts = tree.items.map((item) => (isTree(item) ? treeAst(item, compile) : compile(item)));
  return tree.join === "and" ? all(parts) : any(parts);
}

export const countConditions = (tree: FilterTree): number =>
  tree.items.reduce((n, item) => n + (isTree(item) ? countConditions(item) : 1), 0);
