// Sign-ins and failed tries, the newest first.
import { Pages, usePages } from "@/api/pages";
import { type Login, type LoginFilter, listLogins } from "@/api/security";
import { Empty, Tag } from "@/components/bits";
import { tableCell, tableHead } from "@/components/page-frame";
import { ago, formatDateTime } from "@/lib/dates";
import { t } from "@/lib/i18n";
import { browserName } from "@/lib/user-agent";
import { methodWords, reasonWords } from "./login-words";

export function LoginList({ whose, filter }: { whose: "all" | "own"; filter: LoginFilter }) {
  const query = usePages(["logins", whose, filter], (cursor, signal) => listLogins(whose, filter, cursor, signal));
  return (
    <Pages query={query} what={t("The sign-ins")} more={t("Show older entries")}>
      {(logins) =>
        logins.length === 0 ? (
          <Empty title={t("No sign-ins that match")} />
        ) : (
          <LoginTable logins={logins} who={whose === "all"} />
        )
      }
    </Pages>
  );
}

function LoginTable({ logins, who }: { logins: Login[]; who: boolean }) {
  return (
    <table className="w-full border-line border-t">
      <thead>
        <tr>
          <th scope="col" className={tableHead}>
            {t("When")}
          </th>
          {who && (
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
          <LoginRow key={login.id} login={login} who={who} />
        ))}
      </tbody>
    </table>
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
