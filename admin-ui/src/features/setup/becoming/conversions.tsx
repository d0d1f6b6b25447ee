// What the records of an object can become: its conversions, and those that add to them.
import { Plus, Replace } from "lucide-react";
import { useState } from "react";
import { Loaded } from "@/api/loaded";
import { useCatalog } from "@/catalog/catalog";
import type { ObjectDef } from "@/catalog/types";
import { useComponents } from "@/changes/use-components";
import { Tag } from "@/components/bits";
import { Button } from "@/components/button";
import { cx } from "@/lib/cx";
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
                    <button
                      type="button"
                      className={cx(
                        "flex w-full items-start gap-3 px-1.5 py-2.5 text-start hover:bg-hover",
                        one.active === false && "opacity-60",
                      )}
                      onClick={() => setOpen(one)}
                    >
                      <Replace size={16} aria-hidden="true" className="mt-0.5 shrink-0 text-text-3" />
                      <span className="min-w-0 flex-1">
                        <span className="flex flex-wrap items-center gap-2 font-medium">
                          {title(one)}
                          {one.active === false && <Tag>{t("Off")}</Tag>}
                          {one.package && <Tag color="indigo">{one.package}</Tag>}
                        </span>
                        <span className="block truncate text-text-2 text-xs">{labels(one).join(", ")}</span>
                      </span>
                      <span className="hidden font-mono text-text-3 text-xs phone:block">{one.name}</span>
                    </button>
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
