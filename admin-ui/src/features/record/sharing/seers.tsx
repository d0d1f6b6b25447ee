// Everybody who may see a record, the shortest reason for each, and the way to the whole explanation.
import { Link } from "@tanstack/react-router";
import { whoMay } from "@/api/access";
import { Pages, usePages } from "@/api/pages";
import { whyLine } from "@/catalog/access-words";
import type { ObjectDef } from "@/catalog/types";
import { Avatar } from "@/components/bits";
import { t } from "@/lib/i18n";

interface SeersProps {
  object: ObjectDef;
  id: string;
  /** Another version may have another owner, or fall under other rules. */
  version: number | undefined;
}

export function Seers({ object, id, version }: SeersProps) {
  const query = usePages(
    ["access", "who", object.name, id, "read", version],
    (cursor, signal) => whoMay({ object: object.name, record: id, action: "read", cursor }, signal),
    { keep: true },
  );
  return (
    <Pages query={query} what={t("The people")} more={t("Look further")}>
      {(people) => (
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
      )}
    </Pages>
  );
}
