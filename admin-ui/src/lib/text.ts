// Words and names: API names from labels, plurals, initials, counts.
import { language, locale } from "./i18n";

/** "Project phase (new)" → "project_phase_new": a name as the server takes it, at most 40 characters. */
export function apiName(label: string): string {
  const plain = label
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "")
    .toLowerCase()
    .replace(/ß/g, "ss")
    .replace(/&/g, " and ")
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "")
    .replace(/^(\d)/, "n$1");
  return plain.slice(0, 40).replace(/_+$/, "");
}

/** "Ada & Sons" → "ada-sons": what may stand in the address of a tenant. */
export const slugOf = (name: string): string =>
  name
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[\u0300-\u036f]/g, "")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^[-\d]+|-+$/g, "")
    .slice(0, 40);

/** An English plural, good enough as a first proposal that one may change. */
export function plural(word: string): string {
  if (!word) return "";
  if (/[^aeiou]y$/i.test(word)) return word.replace(/y$/i, "ies");
  if (/(s|x|z|ch|sh)$/i.test(word)) return `${word}es`;
  if (/[^f]fe$/i.test(word)) return word.replace(/fe$/i, "ves");
  return `${word}s`;
}

/** "first_call_at" → "First call at". */
export function humanize(name: string): string {
  const words = name.replace(/_/g, " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Up to two letters for an avatar. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const first = words[0] ?? "";
  const last = words.length > 1 ? (words[words.length - 1] ?? "") : "";
  return (first.charAt(0) + last.charAt(0)).toUpperCase();
}

const integers = new Intl.NumberFormat(language === "en" ? "en" : locale);

/** "2,310": how many there are of something. */
export const counted = (n: number): string => integers.format(n);

/** "1 record", "2,310 records". */
export function count(n: number, one: string, many: string): string {
  return `${counted(n)} ${n === 1 ? one : many}`;
}

/** The first letter small, for use inside a sentence; acronyms stay, and German nouns keep their capital. */
export function inSentence(label: string): string {
  return language === "de" || /^[A-Z][A-Z]/.test(label) ? label : label.charAt(0).toLowerCase() + label.slice(1);
}

/** A small stable number from a word, for colours that never change. */
export function hash(word: string): number {
  let h = 2166136261;
  for (let i = 0; i < word.length; i++) h = Math.imul(h ^ word.charCodeAt(i), 16777619);
  return h >>> 0;
}

/** Whether a text is an id as the API writes them. */
export const isId = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);

/** A name that nothing has yet: the wished one, or with a number. */
export function untaken(wished: string, taken: Set<string>): string {
  let name = wished;
  for (let n = 2; taken.has(name); n++) name = `${wished}_${n}`;
  return name;
}
