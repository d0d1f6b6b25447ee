// What a change gives people and takes from them, by their roles: before it is made.
import { ArrowRight } from "lucide-react";
import type { AccessDifference } from "@/api/access";
import { actionWord, permissionWord } from "@/catalog/access-words";
import { useCatalog } from "@/catalog/catalog";
import { Tag } from "@/components/bits";
import { groupBy } from "@/lib/groups";
import { t } from "@/lib/i18n";
import { humanize } from "@/lib/text";

const RANK: Record<string, number> = {
  ...{ none: 0, own: 1, team: 2, all: 3 },
  ...{ private: 0, controlled_by_parent: 1, read: 2, read_write: 3 },
};
/** Said of an object whose records the managers of their owners reach too. */
const MANAGERS = / and managers$/;
const reach = (value: string | boolean): number =>
  typeof value === "boolean"
    ? Number(value) * 3
    : (RANK[value.replace(MANAGERS, "")] ?? 0) + Number(MANAGERS.test(value)) / 2;

const REACHES: Record<string, string> = {
  ...{ none: "none", own: "own", team: "team's", all: "all", true: "yes", false: "no" },
  ...{ private: "private", read: "everybody may see", read_write: "everybody may see and edit" },
  controlled_by_parent: "as the record it is part of",
};

export function reachWord(value: string | boolean): string {
  const said = String(value);
  const word = said.replace(MANAGERS, "");
  const who = t(REACHES[word] ?? word);
  return word === said ? who : t("{who} and managers", { who });
}

/** "role:sales_rep" → "Sales rep". */
const holderName = (holder: string): string => humanize(holder.replace(/^[^:]*:/, ""));

export function AccessEffect({ differences }: { differences: AccessDifference[] }) {
  const holders = [...groupBy(differences, (one) => one.holder ?? "")];
  return (
    <section aria-label={t("Who gains and loses what")}>
      <h3 className="mb-1.5 font-medium text-text-2 text-xs">{t("Who gains and loses what")}</h3>
      {holders.length === 0 && <p>{t("Nobody: what the roles give stays the same.")}</p>}
      {holders.length > 0 && (
        <ul
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
          tabIndex={0}
          className="flex max-h-72 flex-col gap-3 overflow-y-auto rounded-control border border-line px-3 py-2.5"
        >
          {holders.map(([holder, list]) => (
            <li key={holder}>
              <p className="font-medium">{holder ? holderName(holder) : t("Rules")}</p>
              <ul className="mt-1 flex flex-col gap-1">
                {list.map((one) => (
                  <Difference key={keyOf(one)} one={one} />
                ))}
              </ul>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

const keyOf = (one: AccessDifference): string =>
  [one.object, one.field, one.permission, one.rule, one.sharing, one.action].filter(Boolean).join(" ");

function Difference({ one }: { one: AccessDifference }) {
  const more = reach(one.after) > reach(one.before);
  const subject = useSubject(one);
  // A rule that is there before and after says something else.
  if (one.rule && one.before === one.after)
    return (
      <li className="flex flex-wrap items-center gap-x-2 gap-y-0.5">
        <Tag color="blue">{t("differs")}</Tag>
        <span>{subject}</span>
      </li>
    );
  return (
    <li className="flex flex-wrap items-center gap-x-2 gap-y-0.5">
      <Tag color={more ? "green" : "red"}>{more ? t("gains") : t("loses")}</Tag>
      <span>{subject}</span>
      <span className="inline-flex items-center gap-1 text-text-2 text-xs">
        {reachWord(one.before)}
        <ArrowRight size={11} aria-label={t("becomes")} className="rtl:-scale-x-100" />
        {reachWord(one.after)}
      </span>
    </li>
  );
}

function useSubject({ object, field, action, permission, rule, sharing }: AccessDifference): string {
  const catalog = useCatalog();
  const verb = action ? actionWord(action) : "";
  if (sharing) return `${catalog.object(sharing)?.plural_label ?? humanize(sharing)}: ${t("shared by default")}`;
  if (object) return `${catalog.object(object)?.plural_label ?? humanize(object)}: ${verb}`;
  if (field) {
    const [of = "", name = ""] = field.split(".");
    const found = catalog.object(of);
    return `${found?.label ?? humanize(of)}, ${found?.fields.find((f) => f.name === name)?.label ?? humanize(name)}: ${verb}`;
  }
  return permission ? permissionWord(permission) : t("Sharing rule {name}", { name: rule ?? "" });
}
