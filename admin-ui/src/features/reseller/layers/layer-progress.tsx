// How far a layer has come: how many tenants have it, wait for it, or could not take it.
import type { Layer } from "@/api/layers";
import { Tag } from "@/components/bits";
import { t } from "@/lib/i18n";
import { counted } from "@/lib/text";

interface LayerProgressProps {
  layer: Layer;
  /** In how many of them something of the tenant's own holds; nothing while that is not known. */
  partly?: number | undefined;
}

export function LayerProgress({ layer, partly = 0 }: LayerProgressProps) {
  const { applied, refused, waiting } = layer.tenants;
  const all = applied + refused + waiting;
  if (all === 0) return <span className="text-text-2">{t("No tenant has the package")}</span>;
  const words =
    layer.edition === null
      ? t("Still to be taken back in {n}", { n: counted(waiting) })
      : t("{n} of {all} tenants have it", { n: counted(applied), all: counted(all) });
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <span className="num">{words}</span>
        {waiting > 0 && layer.edition !== null && <Tag color="blue">{t("{n} waiting", { n: counted(waiting) })}</Tag>}
        {refused > 0 && <Tag color="red">{t("{n} did not fit", { n: counted(refused) })}</Tag>}
        {partly > 0 && <Tag color="yellow">{t("{n} in part", { n: counted(partly) })}</Tag>}
      </span>
      {waiting > 0 && (
        <progress
          className="meter block h-1.5 w-full max-w-80"
          aria-label={t("How far it has come")}
          value={applied + refused}
          max={all}
        />
      )}
    </div>
  );
}
