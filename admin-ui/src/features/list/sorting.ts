// What a list is sorted by: keys as views and addresses have them, and what a click on a header makes of them.
import { fieldOf } from "@/catalog/fields";
import type { ObjectDef } from "@/catalog/types";
import { kindOf } from "@/fields/registry";

export interface SortKey {
  path: string;
  down: boolean;
}

/** What an address says of a list that is sorted by nothing although its view is. No field is called so. */
const NOTHING = "-";

/** Keys as they are written ("-customer") in the paths that the server sorts by ("-customer.name"), each at most once. */
export function sortKeys(object: ObjectDef, keys: string[]): SortKey[] {
  const found = keys.map((key) => {
    const down = key.startsWith("-");
    const path = down ? key.slice(1) : key;
    const field = fieldOf(object, path);
    return { down, path: (field && kindOf(field).sortPath(field)) ?? path };
  });
  return found.filter(({ path }, i) => path && found.findIndex((key) => key.path === path) === i);
}

export const sortText = (keys: SortKey[]): string[] => keys.map((k) => (k.down ? `-${k.path}` : k.path));

const same = (a: SortKey[], b: SortKey[]): boolean => sortText(a).join() === sortText(b).join();

/** What an address says of an order beside a view that has its own: nothing when they are the same. */
export const sortSearch = (sort: SortKey[], own: SortKey[]): string | undefined =>
  same(sort, own) ? undefined : sortText(sort).join() || NOTHING;

/** A click sorts by that field alone: up, then down, then as the view has it; the other way where the view has it so. */
export function clickedSort(sort: SortKey[], own: SortKey[], path: string): SortKey[] {
  const up = [{ path, down: false }];
  const [first] = sort;
  if (first?.path !== path) return up;
  if (!first.down) return [{ path, down: true }];
  return same(sort, own) ? up : own;
}

/** With Shift the other keys stay: the field comes after them, then turns round, then goes. */
export function addedSort(sort: SortKey[], path: string): SortKey[] {
  const known = sort.find((key) => key.path === path);
  if (!known) return [...sort, { path, down: false }];
  if (known.down) return sort.filter((key) => key !== known);
  return sort.map((key) => (key === known ? { path, down: true } : key));
}
