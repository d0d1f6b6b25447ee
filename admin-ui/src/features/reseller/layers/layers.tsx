// What the reseller makes of packages for all tenants: the layers that there are, and the way to each.
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { ChevronRight, Layers2, Plus } from "lucide-react";
import { useState } from "react";
import type { Layer } from "@/api/layers";
import { Loaded } from "@/api/loaded";
import type { Reseller } from "@/api/resellers";
import { Empty, Tag } from "@/components/bits";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { PageFrame } from "@/components/page-frame";
import { ago, formatDateTime } from "@/lib/dates";
import { t } from "@/lib/i18n";
import { count, humanize } from "@/lib/text";
import { LayerEditor } from "./layer-editor";
import { LayerPage } from "./layer-page";
import { LayerProgress } from "./layer-progress";
import { useFates, useLayers, usePackages } from "./queries";

export function Layers({ reseller }: { reseller: Reseller }) {
  const { layer, part } = useSearch({ from: "/tenants" });
  if (!layer) return <LayerList reseller={reseller} />;
  if (part === "edit") return <LayerEditor key={layer} reseller={reseller} name={layer} />;
  return <LayerPage key={layer} reseller={reseller} name={layer} part={part} />;
}

function LayerList({ reseller }: { reseller: Reseller }) {
  const query = useLayers(reseller);
  const packages = usePackages(reseller);
  const [making, setMaking] = useState(false);
  const labelOf = (name: string) => packages.data?.find((one) => one.name === name)?.label || humanize(name);
  const add = (
    <Button look="solid" size="md" icon={<Plus size={15} />} onClick={() => setMaking(true)}>
      {t("New layer")}
    </Button>
  );
  return (
    <PageFrame
      title={t("Layers")}
      about={t(
        "What packages look like in all of your tenants: labels, layouts, views, options. It lies over the package and beneath what a tenant says itself, and reaches tenants without anybody's doing.",
      )}
      action={query.data?.length ? add : undefined}
    >
      <Loaded query={query} what={t("The layers")}>
        {(layers) =>
          layers.length === 0 ? (
            <Empty glyph={<Layers2 size={28} className="text-text-3" />} title={t("No layers yet")} action={add}>
              {t("Say once what a package is to look like: tenants that have it get it, and new ones begin with it.")}
            </Empty>
          ) : (
            <ul className="divide-y divide-line border-line border-y">
              {layers.map((layer) => (
                <li key={layer.package}>
                  <LayerRow reseller={reseller} layer={layer} label={labelOf(layer.package)} />
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
      {making && (
        <NewLayer
          reseller={reseller}
          taken={new Set(query.data?.map((one) => one.package))}
          onClose={() => setMaking(false)}
        />
      )}
    </PageFrame>
  );
}

/** How many components it speaks of. */
export const spokenOf = ({ layer }: Layer): number =>
  Object.values(layer).reduce((sum, named) => sum + Object.keys(named).length, 0);

function LayerRow({ reseller, layer, label }: { reseller: Reseller; layer: Layer; label: string }) {
  const fates = useFates(reseller, layer.package, layer);
  const partly = fates.data?.pages.flatMap((page) => page.data).filter((one) => one.conflicts.length > 0).length;
  const changed = layer.changed_at ?? "";
  return (
    <Link
      to="/tenants"
      search={{ tab: "layers", layer: layer.package }}
      className="flex items-center gap-3 px-1.5 py-2.5 hover:bg-hover"
    >
      <Layers2 size={17} aria-hidden="true" className="shrink-0 text-text-3" />
      <span className="flex min-w-0 flex-1 flex-wrap items-center gap-x-6 gap-y-1.5">
        <span className="min-w-0 flex-1 basis-48">
          <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
            <span className="truncate font-medium">{label}</span>
            {layer.version && <span className="num text-text-2 text-xs">{layer.version}</span>}
            {layer.problems.length > 0 && <Tag color="red">{t("Does not fit this version")}</Tag>}
          </span>
          <span className="block text-text-2 text-xs" title={formatDateTime(changed)}>
            {count(spokenOf(layer), t("part changed"), t("parts changed"))} · {ago(changed)}
          </span>
        </span>
        <span className="min-w-0 basis-full text-xs phone:basis-72">
          <LayerProgress layer={layer} partly={partly} />
        </span>
      </span>
      <ChevronRight size={14} aria-hidden="true" className="shrink-0 text-text-3 rtl:rotate-180" />
    </Link>
  );
}

interface NewLayerProps {
  reseller: Reseller;
  /** Packages of which something is said. */
  taken: Set<string>;
  onClose: () => void;
}

function NewLayer({ reseller, taken, onClose }: NewLayerProps) {
  const navigate = useNavigate();
  const query = usePackages(reseller);
  return (
    <Dialog title={t("Which package is it about?")} width="520px" onClose={onClose}>
      <Loaded query={query} what={t("The packages")}>
        {(packages) => (
          <ul className="flex flex-col gap-1">
            {packages.map((one) => (
              <li key={one.name}>
                <button
                  type="button"
                  className="flex w-full items-start gap-3 rounded-control border border-line px-3 py-2 text-start hover:bg-hover"
                  onClick={() => navigate({ to: "/tenants", search: { tab: "layers", layer: one.name, part: "edit" } })}
                >
                  <span className="min-w-0 flex-1">
                    <span className="flex flex-wrap items-center gap-x-2">
                      <span className="font-medium">{one.label || humanize(one.name)}</span>
                      <span className="num text-text-2 text-xs">{one.version}</span>
                      {taken.has(one.name) && <Tag color="blue">{t("Has a layer")}</Tag>}
                    </span>
                    <span className="block text-text-2 text-xs">{one.description}</span>
                  </span>
                  <ChevronRight size={14} aria-hidden="true" className="mt-1 shrink-0 text-text-3 rtl:rotate-180" />
                </button>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </Dialog>
  );
}
