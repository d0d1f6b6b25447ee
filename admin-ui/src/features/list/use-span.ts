// Records between two days, for the calendar and the timeline. They are asked for by the day that they end on.
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { recordStore } from "@/api/record-store";
import { type ListRequest, listRecords } from "@/api/records";
import type { FieldDef, ObjectDef } from "@/catalog/types";
import { addDays, boundOf, type Day } from "@/lib/days";
import { all, any, compare } from "@/lib/filter";

/** More than a screen can show; beyond it the view says so. */
const MOST = 1000;

export interface Span {
  start: FieldDef | undefined;
  end: FieldDef;
}

/** What touches the days from `from` up to and with `to`. */
export function spanFilter({ start, end }: Span, from: Day, to: Day) {
  const after = addDays(to, 1);
  const inside = (f: FieldDef) =>
    all([compare(f.name, "gte", boundOf(f.kind, from)), compare(f.name, "lt", boundOf(f.kind, after))]);
  if (!start) return inside(end);
  const across = all([
    compare(start.name, "lt", boundOf(start.kind, after)),
    compare(end.name, "gte", boundOf(end.kind, from)),
  ]);
  return any([inside(end), across]);
}

export function useSpan(object: ObjectDef, request: ListRequest, span: Span, from: Day, to: Day) {
  const client = useQueryClient();
  const names = [span.start?.name, span.end.name].filter((n): n is string => Boolean(n));
  const fields = [...new Set([...(request.fields ?? []), ...names])];
  const filter = all([request.filter, spanFilter(span, from, to)]);
  useEffect(
    () =>
      recordStore.listen((event) => {
        if (event.object === object.name && event.type !== "updated")
          void client.invalidateQueries({ queryKey: ["span", object.name] });
      }),
    [client, object.name],
  );
  return useQuery({
    queryKey: ["span", object.name, fields, filter, request.where],
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const sort = [span.start?.name ?? span.end.name];
      const query = { fields, filter, where: request.where, sort, limit: MOST, includeTotal: true };
      const page = await listRecords(object, query, signal);
      return { ids: page.records.map((r) => r.id), total: page.total ?? page.records.length, more: page.hasMore };
    },
  });
}
