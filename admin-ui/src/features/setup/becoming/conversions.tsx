// What the records of an object can become: its conversions, and those that add to them.
import { Plus, Replace } from "lucide-react";
import { useState } from "react";
import { Loaded } from "@/api/loaded";
import { useCatalog } from "@/catalog/catalog";
import type { ObjectDef } from "@/catalog/types";
import { ComponentRow } from "@/changes/component-row";
import { useComponents } from "@/changes/use-components";
import { Button } from "@/components/button";
import { t } from "@/lib/i18n";
import { humanize } from "@/lib/text";
import { type ConversionDef, wordOf } from "./conversion-draft";
import { ConversionDrawer } from "./conversion-drawer";

export function Conversions({ object }: { object: ObjectDef }) {
  const catalog = useCatalog();
  const query = useComponents<ConversionDef>("conversions");
  const [open, setOpen] = useState<ConversionDef | "new" | null>(null);
  const own = (query.data ?? [])
    .filter((one) => one.object === object.name)
    .sort((a, b) => Number(Boolean(a.extends)) - Number(Boolean(b.extends)) || (a.order ?? 0) - (b.order ?? 0));
  const title = (one: ConversionDef): string => {
    const base = own.find((other) => wordOf(other.name) === one.extends);
    if (one.extends) return t("More for {label}", { label: base?.label || humanize(one.extends) });
    return one.label || humanize(wordOf(one.name));
  };
  const labels = (one: ConversionDef) =>
    (one.targets ?? []).map((target) => target.label || catalog.object(target.object)?.label || target.object);
  return (
    <section aria-label={t("Conversions")} className="mb-8">
      <h2 className="mb-1 font-semibold text-base">{t("Conversions")}</h2>
      <Loaded query={query} what={t("The conversions")} lines={[45]}>
        {() => (
          <>
            {own.length === 0 && (
              <p className="mb-3 text-text-2">{t("What a record becomes: new records that take over what it says.")}</p>
            )}
            {own.length > 0 && (
              <ul className="mb-3 divide-y divide-line border-line border-y">
                {own.map((one) => (
                  <li key={one.name}>
                    <ComponentRow
                      icon={Replace}
                      component={one}
                      title={title(one)}
                      about={labels(one).join(", ")}
                      onOpen={() => setOpen(one)}
                    />
                  </li>
                ))}
              </ul>
            )}
            <Button look="outline" icon={<Plus size={14} />} onClick={() => setOpen("new")}>
              {t("New conversion")}
            </Button>
          </>
        )}
      </Loaded>
      {open && (
        <ConversionDrawer
          object={object}
          conversion={open === "new" ? undefined : open}
          label={open === "new" ? "" : title(open)}
          all={own}
          onClose={() => setOpen(null)}
        />
      )}
    </section>
  );
}
