// Which programs still say names of before a rename, for who shapes the workspace; nothing where none does.
import { useQuery } from "@tanstack/react-query";
import { listFormerNames } from "@/api/former-names";
import { Loaded } from "@/api/loaded";
import type { ApiKey } from "@/api/people";
import { tableCell, tableHead } from "@/components/page-frame";
import { cx } from "@/lib/cx";
import { ago, formatDateTime } from "@/lib/dates";
import { t } from "@/lib/i18n";
import { count } from "@/lib/text";

/** `own` are the keys of who looks: those of others are not told by name. */
export function FormerNames({ own }: { own: ApiKey[] }) {
  const query = useQuery({ queryKey: ["former-names"], queryFn: ({ signal }) => listFormerNames(signal) });
  if (query.data?.length === 0 || query.isPending) return null;
  const keyWords = (id: string | null) => {
    if (id === null) return t("signed in");
    const key = own.find((one) => one.id === id);
    return key ? t("with the key {key}", { key: key.name }) : t("with an API key");
  };
  return (
    <section aria-label={t("Names of before")} className="mt-10">
      <h2 className="font-semibold text-base">{t("Names of before that are still said")}</h2>
      <p className="mt-0.5 mb-3 max-w-[70ch] text-text-2">
        {t(
          "Programs that show Trellis-Version say names that are other ones now. They are answered for a year after the rename; then they are refused. Change the program, or make its key anew without a version.",
        )}
      </p>
      <Loaded query={query} what={t("The names of before")}>
        {(names) => (
          <table className="w-full table-fixed border-collapse border-line border-t">
            <thead>
              <tr>
                <th scope="col" className={tableHead}>
                  {t("Name")}
                </th>
                <th scope="col" className={tableHead}>
                  {t("Said by")}
                </th>
              </tr>
            </thead>
            <tbody>
              {names.map((name) => (
                <tr key={`${name.old}/${name.new}`}>
                  <td className={cx(tableCell, "align-top")}>
                    <span className="block break-all font-mono text-xs">{name.old}</span>
                    <span className="block break-all text-text-2 text-xs">
                      {t("is {name} now", { name: name.new })}
                    </span>
                  </td>
                  <td className={cx(tableCell, "align-top")}>
                    <ul className="flex flex-col gap-1.5">
                      {name.used_by.map((use) => (
                        <li key={`${use.actor.id}/${use.key}/${use.version}`}>
                          <span className="font-medium">{use.actor.name}</span>{" "}
                          <span className="text-text-2">{keyWords(use.key)}</span>
                          <span className="block text-text-2 text-xs" title={formatDateTime(use.last_at)}>
                            {count(use.requests, t("request"), t("requests"))} · {ago(use.last_at)} ·{" "}
                            {t("names of version {version}", { version: use.version })}
                          </span>
                        </li>
                      ))}
                    </ul>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Loaded>
    </section>
  );
}
