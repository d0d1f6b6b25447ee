// Sign-ins and failed tries, the newest first.
import { useInfiniteQuery } from "@tanstack/react-query";
import { messageOf } from "@/api/problem";
import { type Login, type LoginFilter, type LoginPage, listLogins } from "@/api/security";
import { Empty, Notice, Skeleton, Tag } from "@/components/bits";
import { Button } from "@/components/button";
import { tableCell, tableHead } from "@/components/page-frame";
import { ago, formatDateTime } from "@/lib/dates";
import { t } from "@/lib/i18n";
import { browserName } from "@/lib/user-agent";
import { methodWords, reasonWords } from "./login-words";

export function LoginList({ whose, filter }: { whose: "all" | "own"; filter: LoginFilter }) {
  const query = useInfiniteQuery({
    queryKey: ["logins", whose, filter],
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page: LoginPage) => page.pagination.next_cursor ?? undefined,
    queryFn: ({ signal, pageParam }: { signal: AbortSignal; pageParam: string | undefined }) =>
      listLogins(whose, filter, pageParam, signal),
  });
  if (query.isError && !query.data)
    return (
      <Notice
        title={t("The sign-ins could not be loaded.")}
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
        {[62, 48, 55].map((w) => (
          <Skeleton key={w} style={{ width: `${w}%` }} />
        ))}
      </div>
    );
  const logins = query.data.pages.flatMap((page) => page.data);
  if (logins.length === 0) return <Empty title={t("No sign-ins that match")} />;
  return (
    <>
      <table className="w-full border-line border-t">
        <thead>
          <tr>
            <th scope="col" className={tableHead}>
              {t("When")}
            </th>
            {whose === "all" && (
              <th scope="col" className={tableHead}>
                {t("Who")}
              </th>
            )}
            <th scope="col" className={tableHead}>
              {t("Result")}
            </th>
            <th scope="col" className={`${tableHead} hidden phone:table-cell`}>
              {t("From")}
            </th>
          </tr>
        </thead>
        <tbody>
          {logins.map((login) => (
            <LoginRow key={login.id} login={login} who={whose === "all"} />
          ))}
        </tbody>
      </table>
      {query.hasNextPage && (
        <Button
          look="outline"
          size="md"
          className="mt-3"
          busy={query.isFetchingNextPage}
          onClick={() => query.fetchNextPage()}
        >
          {t("Show older entries")}
        </Button>
      )}
    </>
  );
}

function LoginRow({ login, who }: { login: Login; who: boolean }) {
  const good = login.result === "success";
  return (
    <tr>
      <td className={tableCell} title={formatDateTime(login.at)}>
        {ago(login.at)}
      </td>
      {who && <td className={`${tableCell} break-all`}>{login.email}</td>}
      <td className={tableCell}>
        <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <Tag color={good ? "green" : "red"}>{good ? t("Signed in") : t("Refused")}</Tag>
          <span className="text-text-2">
            {login.reason ? reasonWords(login.reason) : login.method && methodWords(login.method)}
          </span>
        </span>
      </td>
      <td className={`${tableCell} hidden text-text-2 phone:table-cell`} title={login.user_agent ?? undefined}>
        {login.user_agent ? browserName(login.user_agent) : t("A program")}
        {login.ip && <span className="ms-2 font-mono text-xs">{login.ip}</span>}
      </td>
    </tr>
  );
}
