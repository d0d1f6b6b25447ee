// The records that were looked at, the last first. They are kept in memory alone: whoever signs in next in this browser
// starts with none.
export interface Seen {
  object: string;
  id: string;
  name: string;
}

const MOST = 6;
let seen: Seen[] = [];

export const recentlySeen = (): Seen[] => seen;

export function sawRecord(record: Seen): void {
  seen = [record, ...seen.filter(({ id }) => id !== record.id)].slice(0, MOST);
}

export function forgetRecord(id: string): void {
  seen = seen.filter((record) => record.id !== id);
}
