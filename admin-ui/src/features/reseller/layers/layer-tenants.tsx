// What became of a layer in each tenant that has the package, and the way out where it is not what was meant.
import { Building2 } from "lucide-react";
import { useEffect, useState } from "react";
import type { Component, Layer, LayerInTenant } from "@/api/layers";
import { Pages } from "@/api/pages";
import { Empty, Tag } from "@/components/bits";
import { tableCell, tableHead } from "@/components/page-frame";
import { Select } from "@/components/select";
import { cx } from "@/lib/cx";
import { ago, formatDateTime } from "@/lib/dates";
import { t } from "@/lib/i18n";
import { count } from "@/lib/text";
import { wordsOf } from "./draft";
import { FateDrawer } from "./fate-drawer";
import type { useFates } from "./queries";

export type Standing = "whole" | "part" | "refused" | "waiting" | "unreached";

const STANDINGS: Record<Standing, { label: string; color: string }> = {
  whole: { label: "Has it", color: "green" },
  part: { label: "Has it in part", color: "yellow" },
  refused: { label: "Did not fit", color: "red" },
  waiting: { label: "Waiting", color: "blue" },
  unreached: { label: "Not reached", color: "orange" },
};

/** Who has not had it by then could not be reached again and again. */
const LONG_MS = 30 * 60_000;

export function standingOf(fate: LayerInTenant, layer: Layer, now = Date.now()): Standing {
  if (fate.state === "applied") return fate.conflicts.length > 0 ? "part" : "whole";
  if (fate.state === "refused") return "refused";
  const since = layer.changed_at ? now - Date.parse(layer.changed_at) : 0;
  return since > LONG_MS ? "unreached" : "waiting";
}

export function StandingTag({ standing }: { standing: Standing }) {
  return <Tag color={STANDINGS[standing].color}>{t(STANDINGS[standing].label)}</Tag>;
}

interface LayerTenantsProps {
  query: ReturnType<typeof useFates>;
  layer: Layer;
  components: Component[];
  onEdit: () => void;
}

export function LayerTenants({ query, layer, components, onEdit }: LayerTenantsProps) {
  const [only, setOnly] = useState<Standing>();
  const [open, setOpen] = useState<string>();
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  // Those that are looked for may stand on any page.
  useEffect(() => {
    if (only && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [only, hasNextPage, isFetchingNextPage, fetchNextPage]);
  return (
    <Pages query={query} what={t("The tenants")} more={t("Show more tenants")}>
      {(fates) => {
        const all = fates.map((fate) => ({ fate, standing: standingOf(fate, layer) }));
        const shown = only ? all.filter((one) => one.standing === only) : all;
        const opened = all.find(({ fate }) => fate.tenant_id === open);
        if (all.length === 0)
          return (
            <Empty
              glyph={<Building2 size={28} className="text-text-3" />}
              title={layer.edition ? t("No tenant has the package") : t("No tenant has it any more")}
            >
              {layer.edition && t("Whoever installs it, or is made with it, has the layer from the first moment.")}
            </Empty>
          );
        return (
          <>
            <div className="mb-3 w-60 max-w-full">
              <Select
                label={t("Shown")}
                placeholder={t("All tenants")}
                clearable
                choices={Object.entries(STANDINGS).map(([id, { label }]) => ({
                  ...{ id, label: t(label) },
                  detail: String(all.filter((one) => one.standing === id).length),
                }))}
                value={only ? [only] : []}
                onChange={([next]) => setOnly(next as Standing | undefined)}
              />
            </div>
            {shown.length === 0 ? (
              <Empty title={t("Nothing here")}>{t("What is in another state is under All.")}</Empty>
            ) : (
              <FateTable lines={shown} onOpen={setOpen} />
            )}
            {opened && (
              <FateDrawer
                {...opened}
                layer={layer}
                components={components}
                onEdit={onEdit}
                onClose={() => setOpen(undefined)}
              />
            )}
          </>
        );
      }}
    </Pages>
  );
}

interface FateTableProps {
  lines: { fate: LayerInTenant; standing: Standing }[];
  onOpen: (tenant: string) => void;
}

function FateTable({ lines, onOpen }: FateTableProps) {
  return (
    <table className="w-full table-fixed border-collapse border-line border-t">
      <thead>
        <tr>
          <th scope="col" className={tableHead}>
            {t("Tenant")}
          </th>
          <th scope="col" className={cx(tableHead, "w-40 phone:w-80")}>
            {t("State")}
          </th>
          <th scope="col" className={cx(tableHead, "hidden w-28 phone:table-cell")}>
            {t("Version")}
          </th>
          <th scope="col" className={cx(tableHead, "hidden w-36 phone:table-cell")}>
            {t("When")}
          </th>
        </tr>
      </thead>
      <tbody>
        {lines.map(({ fate, standing }) => (
          <tr key={fate.tenant_id} className="hover:bg-hover" onClick={() => onOpen(fate.tenant_id)}>
            <td className={tableCell}>
              <button
                type="button"
                className="block max-w-full truncate rounded-tag text-start font-mono text-xs"
                onClick={(event) => {
                  event.stopPropagation();
                  onOpen(fate.tenant_id);
                }}
              >
                {fate.slug}
              </button>
            </td>
            <td className={tableCell}>
              <span className="flex flex-wrap items-center gap-x-2 gap-y-0.5">
                <StandingTag standing={standing} />
                <span className="min-w-0 truncate text-text-2 text-xs">{whyOf(fate)}</span>
              </span>
            </td>
            <td className={cx(tableCell, "num hidden text-text-2 phone:table-cell")}>{fate.version ?? "–"}</td>
            <td
              className={cx(tableCell, "hidden text-text-2 phone:table-cell")}
              title={fate.at ? formatDateTime(fate.at) : undefined}
            >
              {fate.at ? ago(fate.at) : "–"}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The reason in a line. */
function whyOf({ conflicts, problems }: LayerInTenant): string {
  const [first] = problems;
  if (first) return first.code === "tenant" ? t("what it has made itself") : wordsOf(first);
  return conflicts.length > 0 ? count(conflicts.length, t("place stays its own"), t("places stay its own")) : "";
}
