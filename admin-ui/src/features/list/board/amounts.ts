// How much stands in the columns of a board: the sum of an amount, and the same weighted by how likely it is.
import type { Aggregate } from "@/api/aggregates";
import type { GroupValue } from "@/api/groups";
import type { RecordData } from "@/api/record-store";

/** The fields that are reckoned with; a weight is a percentage. */
export interface Measure {
  sum: string;
  weight: string | undefined;
}

export interface Amounts {
  sum: number;
  /** Missing where nothing weighs. */
  weighted: number | undefined;
}

const amount = (value: unknown): number => Number(value) || 0;

export function amountsOf(records: (RecordData | undefined)[], { sum, weight }: Measure): Amounts {
  const total = records.reduce((all, record) => all + amount(record?.[sum]), 0);
  if (!weight) return { sum: total, weighted: undefined };
  const weighted = records.reduce((all, r) => all + (amount(r?.[sum]) * amount(r?.[weight])) / 100, 0);
  return { sum: total, weighted };
}

/** The amounts of one column, from what the server summed up by column and by weight. */
export function amountsIn(
  rows: Aggregate[],
  [column, value]: [string, GroupValue],
  { sum, weight }: Measure,
): Amounts | undefined {
  const own = rows.filter((row) => (row.group[column] ?? null) === value);
  if (!own.length) return undefined;
  const total = own.reduce((all, row) => all + amount(row.sum[sum]), 0);
  if (!weight) return { sum: total, weighted: undefined };
  const weighted = own.reduce((all, row) => all + (amount(row.sum[sum]) * amount(row.group[weight])) / 100, 0);
  return { sum: total, weighted };
}
