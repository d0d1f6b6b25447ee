// Says that one is a guest here: somebody at the reseller, whom the workspace lets in for a while.
import { useCatalog } from "@/catalog/catalog";
import { formatDateTime } from "@/lib/dates";
import { t } from "@/lib/i18n";

export function SupportStrip({ onLeave }: { onLeave: () => void }) {
  const { support, tenant } = useCatalog().me;
  if (!support) return null;
  const words = {
    tenant: tenant.name,
    reseller: support.reseller,
    name: support.by,
    time: formatDateTime(support.until),
  };
  return (
    <section
      aria-label={t("Support session")}
      className="flex flex-wrap items-center justify-center gap-x-3 gap-y-1 bg-amber-soft px-4 py-1 text-xs"
    >
      <p className="font-medium">
        {t("{name}, you are in {tenant} as support of {reseller} until {time}.", words)}{" "}
        {support.access === "read" && t("You may look, and change nothing.")}
      </p>
      <button type="button" className="rounded-tag font-medium underline underline-offset-2" onClick={onLeave}>
        {t("Leave {tenant}", { tenant: tenant.name })}
      </button>
    </section>
  );
}
