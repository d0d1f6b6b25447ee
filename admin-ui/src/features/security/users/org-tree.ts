// Who answers to whom, as a tree: everybody below the one who manages them. Circles, which the server refuses, still end.
import type { Person } from "@/api/people";

export interface Branch {
  person: Person;
  below: Branch[];
  /** How many there are below, down to the last. */
  size: number;
}

const byName = (a: Person, b: Person) => a.name.localeCompare(b.name);

/** The tree of those who are wanted, with everybody who is above one of them. */
export function orgTree(people: Person[], wanted: (person: Person) => boolean): Branch[] {
  const known = new Map(people.map((person) => [person.id, person]));
  const kept = new Set<string>();
  for (const person of people.filter(wanted))
    for (let at: Person | undefined = person; at && !kept.has(at.id); at = known.get(at.manager_id ?? ""))
      kept.add(at.id);

  const under = new Map<string, Person[]>();
  const tops: Person[] = [];
  for (const person of people) {
    if (!kept.has(person.id)) continue;
    const manager = person.manager_id;
    if (!manager || !known.has(manager)) tops.push(person);
    else under.set(manager, [...(under.get(manager) ?? []), person]);
  }

  const drawn = new Set<string>();
  const grow = (person: Person): Branch => {
    drawn.add(person.id);
    const next = (under.get(person.id) ?? []).filter((one) => !drawn.has(one.id)).sort(byName);
    const below = next.map(grow);
    return { person, below, size: below.reduce((sum, branch) => sum + 1 + branch.size, 0) };
  };
  const tree = tops.sort(byName).map(grow);
  // Who is in a circle has nobody on top.
  for (const person of people) if (kept.has(person.id) && !drawn.has(person.id)) tree.push(grow(person));
  return tree;
}
