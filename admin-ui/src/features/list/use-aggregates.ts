// Sums of a list from the server, asked for again when records of the object have changed, and never while somebody types:
// the server adds up every row for them.
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { type Aggregate, loadAggregates } from "@/api/aggregates";
import { recordStore } from "@/api/record-store";
import type { ListRequest } from "@/api/records";
import type { FieldDef, ObjectDef } from "@/catalog/types";
import { handsRest, whenHandsRest } from "@/lib/hands";

const SETTLE_MS = 500;
const SUMS = new Set(["currency", "integer", "decimal"]);

/** Amounts are summed up, shares are averaged, everything else has no total. */
export const totalOf = (field: FieldDef): "sum" | "avg" | undefined =>
  SUMS.has(field.kind) ? "sum" : field.kind === "percent" ? "avg" : undefined;

export function useAggregates(
  object: ObjectDef,
  request: ListRequest,
  fields: FieldDef[],
  groupBy?: string[],
): Aggregate[] {
  const named = (how: string) => fields.filter((f) => totalOf(f) === how).map((f) => f.name);
  const question = { sum: named("sum"), avg: named("avg"), ...(groupBy ? { groupBy } : {}) };
  const asked = question.sum.length + question.avg.length > 0;
  const query = useQuery({
    queryKey: ["aggregate", object.name, request.filter, request.where, question],
    enabled: asked,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      await handsRest(signal);
      return loadAggregates(object, request, question, signal);
    },
  });

  useCountedAgain(object);
  return asked ? (query.data ?? []) : [];
}

/** Asks again for what was counted of an object once its records have changed. */
export function useCountedAgain(object: ObjectDef): void {
  const client = useQueryClient();
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let callOff = () => {};
    const again = () => void client.invalidateQueries({ queryKey: ["aggregate", object.name] });
    const settled = () => {
      callOff = whenHandsRest(again);
    };
    const off = () => {
      clearTimeout(timer);
      callOff();
    };
    const stop = recordStore.listen((event) => {
      if (event.object !== object.name) return;
      off();
      timer = setTimeout(settled, SETTLE_MS);
    });
    return () => {
      off();
      stop();
    };
  }, [client, object.name]);
}
