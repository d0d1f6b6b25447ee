// Everybody who may do something with one record, each with the shortest reason; a click asks for the whole chain.
import { type AccessAction, whoMay } from "@/api/access";
import { Pages, usePages } from "@/api/pages";
import { whyLine } from "@/catalog/access-words";
import { Avatar } from "@/components/bits";
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
  const query = usePages(["access", "who", object, record, action], (cursor, signal) =>
    whoMay({ object, record, action, cursor }, signal),
  );
  return (
    <Pages query={query} what={t("The people")} more={t("Look further")}>
      {(people) => (
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
        </>
      )}
    </Pages>
  );
}
