// What a change of a role would change for everybody: the roles that build on it too, before it is made.
import { useQuery } from "@tanstack/react-query";
import { ArrowRight } from "lucide-react";
import { type AccessDifference, simulateAccess } from "@/api/access";
import type { Change } from "@/api/metadata";
import { messageOf } from "@/api/problem";
import { actionWord } from "@/catalog/access-words";
import { useCatalog } from "@/catalog/catalog";
import { Skeleton, Tag } from "@/components/bits";
import { groupBy } from "@/lib/groups";
import { t } from "@/lib/i18n";
import { humanize } from "@/lib/text";

const RANK: Record<string, number> = { none: 0, own: 1, team: 2, all: 3 };
const reach = (value: string | boolean): number =>
  typeof value === "boolean" ? Number(value) * 3 : (RANK[value] ?? 0);

const reachWord = (value: string | boolean): string =>
  ({ none: t("none"), own: t("own"), team: t("team's"), all: t("all"), true: t("yes"), false: t("no") })[
    String(value)
  ] ?? String(value);

/** "role:sales_rep" → "Sales rep". */
const holderName = (holder: string): string => humanize(holder.replace(/^[^:]*:/, ""));

export function AccessEffect({ changes }: { changes: Change[] }) {
  const query = useQuery({
    queryKey: ["access", "simulate", changes],
    retry: false,
    gcTime: 0,
    queryFn: ({ signal }) => simulateAccess(changes, signal),
  });
  if (query.isPending) return <Skeleton className="w-2/5" />;
  // What cannot be simulated cannot be planned either, and the plan says why.
  if (query.isError) return <p className="text-text-2">{messageOf(query.error)}</p>;
  const holders = [...groupBy(query.data, (one) => one.holder ?? "")];
  return (
    <section aria-label={t("Who gains and loses what")}>
      <h3 className="mb-1.5 font-medium text-text-2 text-xs">{t("Who gains and loses what")}</h3>
      {holders.length === 0 && <p>{t("Nobody: what the roles give stays the same.")}</p>}
      <ul className="flex max-h-72 flex-col gap-3 overflow-y-auto rounded-control border border-line px-3 py-2.5">
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
    </section>
  );
}

const keyOf = (one: AccessDifference): string =>
  [one.object, one.field, one.permission, one.rule, one.action].filter(Boolean).join(" ");

function Difference({ one }: { one: AccessDifference }) {
  const more = reach(one.after) > reach(one.before);
  return (
    <li className="flex flex-wrap items-center gap-x-2 gap-y-0.5">
      <Tag color={more ? "green" : "red"}>{more ? t("gains") : t("loses")}</Tag>
      <span>{useSubject(one)}</span>
      <span className="inline-flex items-center gap-1 text-text-2 text-xs">
        {reachWord(one.before)}
        <ArrowRight size={11} aria-label={t("becomes")} className="rtl:-scale-x-100" />
        {reachWord(one.after)}
      </span>
    </li>
  );
}

function useSubject({ object, field, action, permission, rule }: AccessDifference): string {
  const catalog = useCatalog();
  const verb = action ? actionWord(action) : "";
  if (object) return `${catalog.object(object)?.plural_label ?? humanize(object)}: ${verb}`;
  if (field) {
    const [of = "", name = ""] = field.split(".");
    const found = catalog.object(of);
    return `${found?.label ?? humanize(of)}, ${found?.fields.find((f) => f.name === name)?.label ?? humanize(name)}: ${verb}`;
  }
  return permission ? humanize(permission) : t("Sharing rule {name}", { name: rule ?? "" });
}
