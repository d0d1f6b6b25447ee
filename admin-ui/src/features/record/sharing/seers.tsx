// Everybody who may see a record, the shortest reason for each, and the way to the whole explanation.
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type AblePage, whoMay } from "@/api/access";
import { messageOf } from "@/api/problem";
import { whyLine } from "@/catalog/access-words";
import type { ObjectDef } from "@/catalog/types";
import { Avatar, Notice, Skeleton } from "@/components/bits";
import { Button } from "@/components/button";
import { t } from "@/lib/i18n";

interface SeersProps {
  object: ObjectDef;
  id: string;
  /** Another version may have another owner, or fall under other rules. */
  version: number | undefined;
}

export function Seers({ object, id, version }: SeersProps) {
  const query = useInfiniteQuery({
    queryKey: ["access", "who", object.name, id, "read", version],
    initialPageParam: undefined as string | undefined,
    placeholderData: keepPreviousData,
    getNextPageParam: (page: AblePage) => page.pagination.next_cursor ?? undefined,
    queryFn: ({ signal, pageParam }: { signal: AbortSignal; pageParam: string | undefined }) =>
      whoMay({ object: object.name, record: id, action: "read", cursor: pageParam }, signal),
  });
  if (query.isError && !query.data)
    return (
      <Notice
        title={t("The people could not be loaded.")}
        action={
          <Button look="outline" onClick={() => query.refetch()}>
            {t("Try again")}
          </Button>
        }
      >
        {messageOf(query.error)}
      </Notice>
    );
  if (!query.data)
    return (
      <div role="status" aria-label={t("Loading")} className="flex flex-col gap-5 py-2">
        {[58, 44, 51].map((w) => (
          <Skeleton key={w} style={{ width: `${w}%` }} />
        ))}
      </div>
    );
  const people = query.data.pages.flatMap((page) => page.data);
  return (
    <>
      <ul className="divide-y divide-line border-line border-y">
        {people.map(({ user, why }) => (
          <li key={user.id} className="flex items-center gap-2.5 py-2">
            <Avatar name={user.name} size={22} />
            <span className="min-w-0 flex-1">
              <span className="block truncate font-medium">{user.name}</span>
              <span className="block text-text-2 text-xs">{why.map(whyLine).join(" · ")}</span>
            </span>
            <Link
              to="/setup/explain"
              search={{ user: user.id, object: object.name, record: id, action: "read" }}
              aria-label={t("Explain why {user} can see this", { user: user.name })}
              className="inline-flex h-7 shrink-0 items-center rounded-control px-2 font-medium text-text-2 hover:bg-hover hover:text-text"
            >
              {t("Explain")}
            </Link>
          </li>
        ))}
      </ul>
      {query.hasNextPage && (
        <Button look="outline" className="mt-3" busy={query.isFetchingNextPage} onClick={() => query.fetchNextPage()}>
          {t("Look further")}
        </Button>
      )}
    </>
  );
}
