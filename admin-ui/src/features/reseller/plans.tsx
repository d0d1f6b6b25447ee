// The plans that can be sold: their limits and what they have, side by side.
import { Check, Layers, Minus } from "lucide-react";
import type { Limits, Plan } from "@/api/resellers";
import { Empty } from "@/components/bits";
import { PageFrame, tableCell, tableHead } from "@/components/page-frame";
import { t } from "@/lib/i18n";
import { formatBytes, formatNumber } from "@/lib/numbers";
import { FEATURES } from "./feature-words";

const LIMITS: { id: keyof Limits; label: string }[] = [
  { id: "requests_per_minute", label: "Requests a minute" },
  { id: "requests_per_day", label: "Requests a day" },
  { id: "records", label: "Records" },
  { id: "users", label: "Active people" },
  { id: "sandboxes", label: "Sandboxes" },
  { id: "connections", label: "Requests at once" },
  { id: "storage_bytes", label: "Storage" },
  { id: "jobs", label: "Imports and copies at a time" },
];

/** A plan that lists none has all. */
export const planHas = (plan: Plan | undefined, feature: string): boolean =>
  !plan?.features || plan.features.includes(feature);

export function PlansTable({ plans }: { plans: Plan[] }) {
  return (
    <PageFrame
      title={t("Plans")}
      about={t(
        "What you can sell. Who runs Trellis changes them; what a feature is for one tenant you change at the tenant.",
      )}
    >
      {plans.length === 0 ? (
        <Empty glyph={<Layers size={28} className="text-text-3" />} title={t("No plans yet")}>
          {t("Without a plan a tenant has no limits and all features.")}
        </Empty>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: many plans scroll sideways, by keyboard too.
        <section aria-label={t("Plans")} tabIndex={0} className="overflow-x-auto">
          <table className="w-full border-collapse border-line border-t">
            <thead>
              <tr>
                <th scope="col" className={tableHead}>
                  <span className="sr-only">{t("What it has")}</span>
                </th>
                {plans.map((plan) => (
                  <th key={plan.name} scope="col" className="h-10 border-line border-b pe-3 text-end align-middle">
                    <span className="block font-semibold">{plan.label}</span>
                    <span className="block font-mono font-normal text-text-3 text-xs">{plan.name}</span>
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {LIMITS.map(({ id, label }) => (
                <tr key={id}>
                  <th scope="row" className={`${tableCell} text-start font-normal text-text-2`}>
                    {t(label)}
                  </th>
                  {plans.map((plan) => (
                    <td key={plan.name} className={`${tableCell} num text-end`}>
                      {plan.limits[id] === null ? (
                        <span className="text-text-3">{t("No limit")}</span>
                      ) : (
                        (id === "storage_bytes" ? formatBytes : formatNumber)(plan.limits[id])
                      )}
                    </td>
                  ))}
                </tr>
              ))}
              {FEATURES.filter(({ id }) => id !== "sandboxes").map(({ id, label }) => (
                <tr key={id}>
                  <th scope="row" className={`${tableCell} text-start font-normal text-text-2`}>
                    {t(label)}
                  </th>
                  {plans.map((plan) => (
                    <td key={plan.name} className={`${tableCell} text-end`}>
                      {planHas(plan, id) ? (
                        <Check size={15} role="img" aria-label={t("Yes")} className="inline text-green" />
                      ) : (
                        <Minus size={15} role="img" aria-label={t("No")} className="inline text-text-3" />
                      )}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </PageFrame>
  );
}
