// What of a change of plain data is typing: one text that is longer or shorter by a key than it was.

/** The one text, or number, in which two values differ. */
export interface TextChange {
  /** Where it stands, as a word that no other place has. */
  place: string;
  from: string;
  to: string;
}

const isText = (value: unknown): value is string | number | undefined =>
  value === undefined || typeof value === "string" || typeof value === "number";
const isTree = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

/** Null where nothing differs, more than one thing does, or what differs is no text. */
export function textChange(before: unknown, after: unknown, place = ""): TextChange | null {
  if (isText(before) && isText(after))
    return before === after ? null : { place, from: String(before ?? ""), to: String(after ?? "") };
  if (!isTree(before) || !isTree(after)) return null;
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const differing = keys.filter((key) => !isSame(before[key], after[key]));
  const [key] = differing;
  return key !== undefined && differing.length === 1 ? textChange(before[key], after[key], `${place}/${key}`) : null;
}

/** Plain data that says the same: what an editor sends again that was only shown something is no step. */
export const isSame = (one: unknown, other: unknown): boolean =>
  Object.is(one, other) || JSON.stringify(one) === JSON.stringify(other);

/** A letter more or less, of which some take two places; but not the first letter of a further word. */
export function goesOn({ from, to }: TextChange): boolean {
  const [shorter, longer] = from.length < to.length ? [from, to] : [to, from];
  const more = longer.length - shorter.length;
  if (more < 1 || more > 2) return false;
  let at = 0;
  while (at < shorter.length && shorter[at] === longer[at]) at++;
  if (shorter.slice(at) !== longer.slice(at + more)) return false;
  return longer === from || !/\s$/.test(to.slice(0, at)) || /^\s/.test(to.slice(at));
}
