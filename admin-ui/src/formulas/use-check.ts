// Asks the server what a formula is worth, while one types.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type Checked, type CheckRequest, checkCondition, checkFormula } from "@/api/formulas";
import { messageOf } from "@/api/problem";
import type { ObjectRef } from "@/api/records";
import { useDebounced } from "@/lib/use-debounced";

export interface CheckState {
  checked: Checked | undefined;
  /** Said when nothing could be found out, in place of a type. */
  failure: string | null;
  busy: boolean;
}

/** `list` is the one that the formula is to filter, if it is to do that. */
export function useCheck(asked: CheckRequest, list?: ObjectRef): CheckState {
  const now = JSON.stringify(asked);
  const text = useDebounced(now, 200);
  const wanted = JSON.parse(text) as CheckRequest;
  const query = useQuery({
    queryKey: ["formula", Boolean(list), text],
    enabled: wanted.formula.trim() !== "",
    retry: false,
    staleTime: 10_000,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => (list ? checkCondition(list, wanted.formula, signal) : checkFormula(wanted, signal)),
  });
  if (!wanted.formula.trim()) return { checked: undefined, failure: null, busy: false };
  // Places in a text that is not there any more would mark the wrong letters.
  const stale = query.isPlaceholderData || text !== now;
  const checked = query.isError ? undefined : query.data;
  return {
    checked: stale && checked ? { ...checked, problems: [], warnings: [] } : checked,
    failure: query.isError ? messageOf(query.error) : null,
    busy: query.isFetching || stale,
  };
}
