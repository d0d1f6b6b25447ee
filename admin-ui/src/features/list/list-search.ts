// The part of a list's address that says what is different from its view; read before anything of the list is here.
import type { Display } from "@/catalog/displays";
import { type Condition, type FilterTree, readConditions, readTree } from "@/lib/filter";

const DISPLAYS: Record<Display, true> = { table: true, board: true, calendar: true, timeline: true };
const isDisplay = (word: unknown): word is Display => typeof word === "string" && Object.hasOwn(DISPLAYS, word);

/** The part of the URL that belongs to a list. */
export interface ListSearch {
  view?: string | undefined;
  q?: string | undefined;
  f?: Condition[] | undefined;
  /** A filter with groups. */
  fx?: FilterTree | undefined;
  /** A filter as a formula. */
  where?: string | undefined;
  sort?: string | undefined;
  cols?: string | undefined;
  as?: Display | undefined;
  group?: string | undefined;
  /** The day on which the bars of a timeline begin. */
  start?: string | undefined;
  peek?: string | undefined;
}

export function readListSearch(raw: Record<string, unknown>): ListSearch {
  const word = (key: string) => {
    const value = raw[key];
    return typeof value === "string" && value ? value : typeof value === "number" ? String(value) : undefined;
  };
  const f = readConditions(raw.f);
  return {
    view: word("view"),
    q: word("q"),
    f: f.length ? f : undefined,
    fx: readTree(raw.fx),
    where: word("where"),
    sort: word("sort"),
    cols: word("cols"),
    as: isDisplay(raw.as) ? raw.as : undefined,
    group: word("group"),
    start: word("start"),
    peek: word("peek"),
  };
}
