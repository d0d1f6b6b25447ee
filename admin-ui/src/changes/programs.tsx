// What programs that use the API notice of a change, and what of it breaks them.
import type { Noticed } from "@/api/metadata";
import { Tag } from "@/components/bits";
import { t } from "@/lib/i18n";
import { noticeWords } from "./notice-words";

const WHAT: Record<Noticed["what"], string> = {
  route: "Route",
  type: "Type in GraphQL",
  field: "Field",
  relation: "Relation",
};

/** What breaks first. */
export const byWeight = (noticed: Noticed[]): Noticed[] => [
  ...noticed.filter((one) => one.breaking),
  ...noticed.filter((one) => !one.breaking),
];

export function Programs({ noticed }: { noticed: Noticed[] }) {
  return (
    <section aria-label={t("What programs notice")}>
      <h3 className="mb-1.5 font-medium text-text-2 text-xs">{t("What programs notice")}</h3>
      <ul
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
        tabIndex={0}
        className="flex max-h-48 flex-col gap-1 overflow-y-auto rounded-control border border-line px-2.5 py-2 text-xs"
      >
        {byWeight(noticed).map((one) => (
          <li key={`${one.what} ${one.name} ${one.action}`} className="flex flex-wrap items-center gap-x-2 gap-y-0.5">
            {one.breaking && <Tag color="amber">{t("breaks")}</Tag>}
            <span className="text-text-2">{t(WHAT[one.what])}</span>
            <span className="font-mono">{one.name}</span>
            <span className="text-text-2">{noticeWords(one)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
