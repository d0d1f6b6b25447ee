// Numbers about many records: how many and how much, of all that match or for each value of a field.
import { load } from "./client";
import type { ListRequest, ObjectRef } from "./records";

export interface Aggregate {
  group: Record<string, unknown>;
  count: number;
  sum: Record<string, number | null>;
  avg: Record<string, number | null>;
}

interface Question {
  sum?: string[];
  avg?: string[];
  groupBy?: string[];
  /** Which groups come first, and how many of them at most. */
  sort?: string[];
  limit?: number;
}

export async function loadAggregates(
  object: ObjectRef,
  { filter, where }: ListRequest,
  { sum = [], avg = [], groupBy, sort, limit }: Question,
  signal?: AbortSignal,
): Promise<Aggregate[]> {
  const metrics = ["count", ...sum.map((name) => `sum(${name})`), ...avg.map((name) => `avg(${name})`)];
  const query = {
    metrics: metrics.join(","),
    group_by: groupBy?.join(","),
    filter: filter ? JSON.stringify(filter) : undefined,
    where,
    sort: sort?.join(","),
    limit,
  };
  const { data } = await load<{ data: Partial<Aggregate>[] }>(`/api/v1/${object.plural}/aggregate`, query, signal);
  return data.map((row) => ({ count: 0, ...row, group: row.group ?? {}, sum: row.sum ?? {}, avg: row.avg ?? {} }));
}
