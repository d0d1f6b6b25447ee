// Everybody who may do something with one record, each with the shortest reason; a click asks for the whole chain.
import { useInfiniteQuery } from "@tanstack/react-query";
import { type AblePage, type AccessAction, whoMay } from "@/api/access";
import { messageOf } from "@/api/problem";
import { whyLine } from "@/catalog/access-words";
import { Avatar, Notice, Skeleton } from "@/components/bits";
import { Button } from "@/components/button";
import { cx } from "@/lib/cx";
import { t } from "@/lib/i18n";

interface WhoListProps {
  object: string;
  record: string;
  action: AccessAction;
  /** Whose chain is shown. */
  chosen: string | undefined;
  onChoose: (user: { id: string; name: string }) => void;
}

export function WhoList({ object, record, action, chosen, onChoose }: WhoListProps) {
  const query = useInfiniteQuery({
    queryKey: ["access", "who", object, record, action],
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page: AblePage) =>
      page.pagination.has_more ? (page.pagination.next_cursor ?? undefined) : undefined,
    queryFn: ({ signal, pageParam }: { signal: AbortSignal; pageParam: string | undefined }) =>
      whoMay({ object, record, action, cursor: pageParam }, signal),
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
      <div role="status" aria-label={t("Loading")} className="flex flex-col gap-5 py-3">
        {[50, 62, 41].map((w) => (
          <Skeleton key={w} style={{ width: `${w}%` }} />
        ))}
      </div>
    );
  const people = query.data.pages.flatMap((page) => page.data);
  return (
    <>
      <ul className="divide-y divide-line border-line border-y">
        {people.map(({ user, why }) => (
          <li key={user.id}>
            <button
              type="button"
              aria-current={user.id === chosen || undefined}
              className={cx(
                "flex w-full items-center gap-2.5 px-1.5 py-2 text-start hover:bg-hover",
                user.id === chosen && "bg-press",
              )}
              onClick={() => onChoose(user)}
            >
              <Avatar name={user.name} size={22} />
              <span className="min-w-0 flex-1">
                <span className="block truncate font-medium">{user.name}</span>
                <span className="block truncate text-text-2 text-xs">{why.map(whyLine).join(" · ")}</span>
              </span>
            </button>
          </li>
        ))}
      </ul>
      {people.length === 0 && !query.hasNextPage && <p className="py-3 text-text-2">{t("Nobody.")}</p>}
      {query.hasNextPage && (
        <Button look="outline" className="mt-3" busy={query.isFetchingNextPage} onClick={() => query.fetchNextPage()}>
          {t("Look further")}
        </Button>
      )}
    </>
  );
}
