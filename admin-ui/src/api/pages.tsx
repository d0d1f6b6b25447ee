// Lists that come a page at a time: how they are asked for, and how they are shown with a way to more.
import {
  type InfiniteData,
  keepPreviousData,
  type UseInfiniteQueryResult,
  useInfiniteQuery,
} from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Button } from "@/components/button";
import { Loaded } from "./loaded";

export interface PageOf<T> {
  data: T[];
  pagination: { has_more: boolean; next_cursor: string | null };
}

type Paged<P> = UseInfiniteQueryResult<InfiniteData<P>>;

interface PagesOptions<P> {
  /** The pages of the former key stay until the new ones are there. */
  keep?: boolean;
  /** When to ask again by itself, in milliseconds. */
  again?: (pages: P[] | undefined) => number | false;
  /** Nothing is asked while this is false. */
  enabled?: boolean;
}

interface Known<P> {
  state: { data: InfiniteData<P> | undefined };
}

/** The pages of a list. */
export function usePages<P extends PageOf<unknown>>(
  queryKey: readonly unknown[],
  load: (cursor: string | undefined, signal: AbortSignal) => Promise<P>,
  { keep = false, again, enabled = true }: PagesOptions<P> = {},
): Paged<P> {
  return useInfiniteQuery({
    queryKey,
    initialPageParam: undefined as string | undefined,
    enabled,
    ...(keep && { placeholderData: keepPreviousData }),
    ...(again && { refetchInterval: (query: Known<P>) => again(query.state.data?.pages) }),
    getNextPageParam: (page: P) => page.pagination.next_cursor ?? undefined,
    queryFn: ({ signal, pageParam }: { signal: AbortSignal; pageParam: string | undefined }) => load(pageParam, signal),
  });
}

interface PagesProps<T> {
  query: Paged<PageOf<T>>;
  /** What is loaded, as the start of a sentence: "The people". */
  what: string;
  /** What the button for the next page says. */
  more: string;
  children: (items: T[]) => ReactNode;
}

export function Pages<T>({ query, what, more, children }: PagesProps<T>) {
  return (
    <Loaded query={query} what={what}>
      {({ pages }) => (
        <>
          {children(pages.flatMap((page) => page.data))}
          <More query={query}>{more}</More>
        </>
      )}
    </Loaded>
  );
}

interface MoreProps {
  query: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown };
  children: ReactNode;
}

/** The way to the next page, while there is one. */
export function More({ query, children }: MoreProps) {
  if (!query.hasNextPage) return null;
  return (
    <Button
      look="outline"
      size="md"
      className="mt-3"
      busy={query.isFetchingNextPage}
      onClick={() => query.fetchNextPage()}
    >
      {children}
    </Button>
  );
}
