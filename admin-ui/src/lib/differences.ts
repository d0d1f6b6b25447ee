// What differs between two definitions, as lines that people read: "fields.stage.label: Stage → Phase".
// Items of lists are told apart by what names them, so that a moved option is no change of every option after it.

export interface Difference {
  path: string;
  before: unknown;
  after: unknown;
}

type Json = unknown;
const NAMES = ["name", "value", "field", "related", "component", "label", "path"];

function isObject(value: Json): value is Record<string, Json> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The key of each item when every one has its own; null when they must be compared by place. */
function keysOf(items: Json[]): string[] | null {
  for (const name of NAMES) {
    const keys = items.map((item) =>
      isObject(item) && typeof item[name] === "string" ? (item[name] as string) : null,
    );
    if (keys.every((key) => key !== null) && new Set(keys).size === keys.length) return keys as string[];
  }
  return null;
}

const same = (a: Json, b: Json): boolean => JSON.stringify(a) === JSON.stringify(b);

function listDifferences(path: string, before: Json[], after: Json[], out: Difference[]): void {
  const [old, now] = [keysOf(before), keysOf(after)];
  if (!before.length || !after.length || !old || !now) {
    out.push({ path, before: before.length ? before : undefined, after: after.length ? after : undefined });
    return;
  }
  const start = out.length;
  for (const key of new Set([...old, ...now]))
    walk(`${path}.${key}`, before[old.indexOf(key)], after[now.indexOf(key)], out);
  const kept = old.filter((key) => now.includes(key));
  if (
    out.length === start ||
    !same(
      kept,
      now.filter((key) => old.includes(key)),
    )
  ) {
    if (!same(old, now)) out.push({ path: `${path} (order)`, before: old, after: now });
  }
}

function walk(path: string, before: Json, after: Json, out: Difference[]): void {
  if (same(before, after)) return;
  if (isObject(before) && isObject(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)]))
      walk(path ? `${path}.${key}` : key, before[key], after[key], out);
  } else if (Array.isArray(before) && Array.isArray(after)) listDifferences(path, before, after, out);
  else out.push({ path, before, after });
}

/** Every difference, in the order in which the definitions name things. */
export function differences(before: Json, after: Json): Difference[] {
  const out: Difference[] = [];
  walk("", before ?? {}, after ?? {}, out);
  return out;
}

/** A value in a few words. */
export function brief(value: Json): string {
  if (value === undefined || value === null) return "nothing";
  if (typeof value === "string") return value === "" ? "empty" : value;
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "number") return String(value);
  if (Array.isArray(value)) {
    const keys = keysOf(value);
    const words = keys ?? (value.every((item) => typeof item !== "object") ? value.map(String) : null);
    return words ? words.join(", ") : JSON.stringify(value);
  }
  const parts = Object.values(value);
  if (parts.length === 1 && typeof parts[0] === "string") return parts[0];
  return JSON.stringify(value);
}
