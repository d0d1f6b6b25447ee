// The schema of the tenant: its objects and what joins them, as a picture and as a list.
import { Link, useSearch } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { useCatalog } from "@/catalog/catalog";
import { objectIcon } from "@/catalog/icons";
import type { ObjectDef } from "@/catalog/types";
import { Empty, Glyph } from "@/components/bits";
import { Checkbox } from "@/components/inputs";
import { LinkTabs } from "@/components/link-tabs";
import { PageFrame, tableCell, tableHead, useTitle } from "@/components/page-frame";
import { kindByName } from "@/fields/registry";
import { cx } from "@/lib/cx";
import { objectHue } from "@/lib/hues";
import { t } from "@/lib/i18n";
import { diagramOf, type Edge } from "./diagram-layout";
import { DiagramView } from "./diagram-view";

const TABS = [
  { id: "picture", label: "Picture" },
  { id: "list", label: "List" },
];

export function DiagramPage() {
  const catalog = useCatalog();
  const { shown } = useSearch({ from: "/shell/setup/diagram" });
  const [system, setSystem] = useState(false);
  const objects = useMemo(() => catalog.objects.filter((o) => system || !o.system), [catalog, system]);
  const diagram = useMemo(() => diagramOf(objects), [objects]);
  const current = shown === "list" ? "list" : "picture";
  useTitle(t("Schema diagram"), t("Setup"), catalog.me.tenant.name);
  return (
    <PageFrame
      wide
      title={t("Schema diagram")}
      about={t(
        "Every object and what joins them. A line goes from the object that has the field to the one it points to.",
      )}
      action={
        <label className="flex h-8 items-center gap-2">
          <Checkbox checked={system} onChange={(e) => setSystem(e.target.checked)} />
          {t("System objects")}
        </label>
      }
      below={
        <LinkTabs
          label={t("Schema as")}
          tabs={TABS.map((tab) => ({ ...tab, label: t(tab.label) }))}
          current={current}
          link={(tab, props) => (
            <Link
              key={tab.id}
              to="/setup/diagram"
              search={{ shown: tab.id === "list" ? "list" : undefined }}
              {...props}
            />
          )}
        />
      }
    >
      {objects.length === 0 ? (
        <Empty title={t("No objects yet")} />
      ) : current === "picture" ? (
        <DiagramView objects={objects} diagram={diagram} />
      ) : (
        <RelationList objects={objects} edges={diagram.edges} />
      )}
    </PageFrame>
  );
}

function RelationList({ objects, edges }: { objects: ObjectDef[]; edges: Edge[] }) {
  const byName = new Map(objects.map((o) => [o.name, o]));
  if (edges.length === 0)
    return <Empty title={t("Nothing is joined yet")}>{t("Add a lookup to an object to join it.")}</Empty>;
  return (
    <table className="w-full border-collapse">
      <thead>
        <tr>
          {[t("From"), t("Field"), t("To")].map((head) => (
            <th key={head} scope="col" className={tableHead}>
              {head}
            </th>
          ))}
          <th scope="col" className={cx(tableHead, "hidden phone:table-cell")}>
            {t("Kind")}
          </th>
        </tr>
      </thead>
      <tbody>
        {edges.map((edge) => (
          <tr key={`${edge.from}.${edge.field}.${edge.to}`}>
            <td className={tableCell}>
              <ObjectName object={byName.get(edge.from)} />
            </td>
            <td className={tableCell}>
              {edge.label} <span className="hidden font-mono text-text-3 text-xs phone:inline">{edge.field}</span>
            </td>
            <td className={tableCell}>
              <ObjectName object={byName.get(edge.to)} />
            </td>
            <td className={cx(tableCell, "hidden text-text-2 phone:table-cell")}>{kindByName(edge.kind)?.label}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function ObjectName({ object }: { object: ObjectDef | undefined }) {
  if (!object) return null;
  return (
    <Link
      to="/setup/objects/$object"
      params={{ object: object.name }}
      className="inline-flex items-center gap-2 font-medium hover:underline"
    >
      <Glyph icon={objectIcon(object)} hue={objectHue(object.name)} size={20} />
      {object.label}
    </Link>
  );
}
