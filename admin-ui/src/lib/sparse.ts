// A sparse change laid over a definition, as the server lays what a reseller says over a package, and the way back: the
// least that makes one of the other. The rules are those of `metadata/src/layers/patch.rs`.

export type JsonObject = Record<string, unknown>;

/** Keys by which members of lists are known, the first that is there. */
const NAMES = ["value", "name", "field", "related", "component", "label"];

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Whether two documents say the same, in whatever order their keys stand. */
export function same(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => same(item, b[i]));
  if (isObject(a) && isObject(b)) {
    const keys = Object.keys(a);
    return keys.length === Object.keys(b).length && keys.every((key) => key in b && same(a[key], b[key]));
  }
  return a === b;
}

const nameOf = (item: JsonObject): string | undefined => NAMES.find((name) => typeof item[name] === "string");

/** What a member of a list is called. A field is sorted by once, whichever its direction. */
export function wordOf(item: unknown): string {
  if (typeof item === "string") return item.replace(/^-/, "");
  const name = isObject(item) ? nameOf(item) : undefined;
  return name ? String((item as JsonObject)[name]) : JSON.stringify(item);
}

/** The words of all members; nothing when two share one. */
function wordsOf(list: unknown[]): string[] | null {
  const words = list.map(wordOf);
  return new Set(words).size === words.length ? words : null;
}

const isEdit = (value: unknown): boolean =>
  isObject(value) && Object.keys(value).length > 0 && Object.keys(value).every((key) => /^with(out)?$/.test(key));

/** `under` with what `said` says. */
export function laidOver(under: unknown, said: unknown): unknown {
  if (isObject(under) && isObject(said)) return laidKeys(under, said);
  if (Array.isArray(under) && Array.isArray(said)) return laidMembers(under, said);
  if (Array.isArray(under) && isObject(said)) return edited(under, said);
  return said;
}

export function laidKeys(under: JsonObject, said: JsonObject): JsonObject {
  const laid = { ...under };
  for (const [key, value] of Object.entries(said)) {
    if (value === null) delete laid[key];
    else laid[key] = laidOver(under[key] ?? (isEdit(value) ? [] : null), value);
  }
  return laid;
}

function edited(under: unknown[], said: JsonObject): unknown[] {
  const gone = Array.isArray(said.without) ? said.without : [];
  const left = under.filter((item) => !gone.includes(wordOf(item)));
  return Array.isArray(said.with) ? laidMembers(left, said.with) : left;
}

function laidMembers(under: unknown[], said: unknown[]): unknown[] {
  const [known, named] = [wordsOf(under), wordsOf(said)];
  if (!known || !named) return said;
  const order = named.filter((word) => known.includes(word));
  const words = known.map((word) => (named.includes(word) ? (order.shift() ?? word) : word));
  const laid = words.map((word) => ({ word, item: under[known.indexOf(word)] }));
  const find = (word: string | undefined) => laid.findIndex((one) => one.word === word);
  named.forEach((word, at) => {
    const here = laid[find(word)];
    if (here) {
      here.item = laidOver(here.item, said[at]);
      return;
    }
    const before = named.slice(0, at).findLast((one) => find(one) >= 0);
    const behind = named.slice(at).find((one) => find(one) >= 0);
    const place = before !== undefined ? find(before) + 1 : behind !== undefined ? find(behind) : laid.length;
    laid.splice(place, 0, { word, item: said[at] });
  });
  return laid.map(({ item }) => item);
}

/** The least that makes `wanted` of `under`; nothing when they say the same. */
export function sparse(under: unknown, wanted: unknown): unknown {
  if (same(under, wanted)) return undefined;
  if (isObject(under) && isObject(wanted)) return sparseKeys(under, wanted);
  if (Array.isArray(under) && Array.isArray(wanted)) return sparseMembers(under, wanted);
  return wanted;
}

export function sparseKeys(under: JsonObject, wanted: JsonObject): JsonObject {
  const said: JsonObject = {};
  for (const key of new Set([...Object.keys(under), ...Object.keys(wanted)])) {
    const value = wanted[key] === undefined ? null : key in under ? sparse(under[key], wanted[key]) : wanted[key];
    if (value !== undefined) said[key] = value;
  }
  return said;
}

function sparseMembers(under: unknown[], wanted: unknown[]): unknown {
  const [known, words] = [wordsOf(under), wordsOf(wanted)];
  if (!known || !words) return wanted;
  const member = (item: unknown, at: number): unknown => {
    const before = under[known.indexOf(words[at] ?? "")];
    const name = isObject(item) ? nameOf(item) : undefined;
    if (!isObject(before) || !isObject(item) || !name) return item;
    return { [name]: item[name], ...sparseKeys(before, item) };
  };
  const all = wanted.map(member);
  const changed = all.filter((_, at) => !same(under[known.indexOf(words[at] ?? "")], wanted[at]));
  const without = known.filter((word) => !words.includes(word));
  const left = under.filter((item) => !without.includes(wordOf(item)));
  // Whose order follows by itself is not named.
  const said = same(laidMembers(left, changed), wanted) ? changed : all;
  if (without.length === 0) return said;
  return { ...(said.length > 0 && { with: said }), without };
}
