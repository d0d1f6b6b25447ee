// One object in setup: its fields, pages, views and rules, each part at its own address.

import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { ArrowLeft, Ellipsis, ExternalLink, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { deleteObject, planChanges } from "@/api/metadata";
import { useCatalog } from "@/catalog/catalog";
import { ownFields } from "@/catalog/fields";
import { objectIcon } from "@/catalog/icons";
import { useReloadCatalog } from "@/catalog/load";
import type { FieldDef, ObjectDef } from "@/catalog/types";
import { ReviewDialog } from "@/changes/review-dialog";
import { Empty, Glyph } from "@/components/bits";
import { Button, IconButton } from "@/components/button";
import { late } from "@/components/late";
import { type LinkTab, LinkTabs } from "@/components/link-tabs";
import { MenuButton } from "@/components/menu";
import { backLink, outlineLink, PageFrame, useTitle } from "@/components/page-frame";
import { toast } from "@/components/toast";
import { objectHue } from "@/lib/hues";
import { t } from "@/lib/i18n";
import { useShortcuts } from "@/lib/shortcuts";
import { FieldsTab } from "./fields-tab";
import { Source } from "./source";

// What an object opens with is its fields; the rest comes when it is wanted.
const FieldPanel = late(() => import("./field-panel"), "FieldPanel", "over");
const parts = () => import("./object-parts");
const LayoutsTab = late(parts, "LayoutsTab");
const ViewsTab = late(parts, "ViewsTab");
const RecordTypesTab = late(parts, "RecordTypesTab");
const RulesTab = late(parts, "RulesTab");
const ObjectSettings = late(parts, "ObjectSettings");

export function ObjectPage() {
  const { object: name } = useParams({ from: "/shell/setup/objects/$object" });
  const object = useCatalog().object(name);
  if (!object) {
    return (
      <div className="flex flex-1 items-center justify-center">
        <Empty
          title={t("There is no object {name}", { name })}
          action={
            <Link to="/setup/objects" className="font-medium text-accent-text hover:underline">
              {t("All objects")}
            </Link>
          }
        />
      </div>
    );
  }
  return <ObjectDetail key={object.name} object={object} />;
}

function ObjectDetail({ object }: { object: ObjectDef }) {
  const catalog = useCatalog();
  const search = useSearch({ from: "/shell/setup/objects/$object" });
  const [open, setOpen] = useState<FieldDef | "new-field" | "delete" | null>(null);
  useTitle(object.label, t("Setup"), catalog.me.tenant.name);
  useShortcuts({ c: () => (object.system ? false : setOpen("new-field")) });

  const tabs: LinkTab[] = [
    { id: "fields", label: t("Fields"), count: ownFields(object).length },
    ...(object.system
      ? []
      : [
          { id: "layouts", label: t("Layouts"), count: catalog.layoutsOf(object.name).length },
          { id: "views", label: t("Views"), count: catalog.viewsOf(object.name).length },
          { id: "types", label: t("Record types"), count: catalog.recordTypesOf(object.name).length },
          { id: "rules", label: t("Rules") },
          { id: "settings", label: t("Settings") },
        ]),
  ];
  const tab = tabs.find((t) => t.id === search.tab)?.id ?? "fields";
  return (
    <PageFrame
      above={
        <Link to="/setup/objects" className={backLink}>
          <ArrowLeft size={13} />
          {t("Objects and fields")}
        </Link>
      }
      title={
        <span className="flex items-center gap-3">
          <Glyph icon={objectIcon(object)} hue={objectHue(object.name)} size={32} />
          {object.label}
        </span>
      }
      about={<About object={object} />}
      action={
        !object.system && (
          <>
            <Link to="/o/$plural" params={{ plural: object.plural }} className={outlineLink}>
              <ExternalLink size={14} />
              {t("Records")}
            </Link>
            <Button look="solid" size="md" icon={<Plus size={15} />} onClick={() => setOpen("new-field")}>
              {t("New field")}
            </Button>
            <ObjectMenu onDelete={() => setOpen("delete")} />
          </>
        )
      }
      below={
        <LinkTabs
          label={t("Parts of {label}", { label: object.label })}
          tabs={tabs}
          current={tab}
          link={(one, props) => (
            <Link
              key={one.id}
              to="/setup/objects/$object"
              params={{ object: object.name }}
              search={{ tab: one.id === "fields" ? undefined : one.id }}
              {...props}
            />
          )}
        />
      }
    >
      {tab === "fields" && <FieldsTab object={object} onNew={() => setOpen("new-field")} onOpen={setOpen} />}
      {tab === "layouts" && <LayoutsTab object={object} />}
      {tab === "views" && <ViewsTab object={object} />}
      {tab === "types" && <RecordTypesTab object={object} />}
      {tab === "rules" && <RulesTab object={object} />}
      {tab === "settings" && <ObjectSettings object={object} />}
      {open === "new-field" && <FieldPanel object={object} onClose={() => setOpen(null)} />}
      {typeof open === "object" && open && (
        <FieldPanel key={open.name} object={object} field={open} onClose={() => setOpen(null)} />
      )}
      {open === "delete" && <DeleteObject object={object} onClose={() => setOpen(null)} />}
    </PageFrame>
  );
}

function About({ object }: { object: ObjectDef }) {
  return (
    <span className="mt-2 flex flex-col gap-2">
      {object.description && <span>{object.description}</span>}
      <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <span className="font-mono text-xs">{object.name}</span>
        <span className="font-mono text-text-3 text-xs">{`/api/v1/${object.plural}`}</span>
        <Source package_={object.package} system={Boolean(object.system)} />
      </span>
    </span>
  );
}

function ObjectMenu({ onDelete }: { onDelete: () => void }) {
  return (
    <MenuButton
      align="end"
      label={t("Object actions")}
      items={[{ label: t("Delete object"), icon: <Trash2 size={15} />, danger: true, onSelect: onDelete }]}
    >
      {(button) => (
        <IconButton label={t("Object actions")} className="size-8" {...button}>
          <Ellipsis size={16} />
        </IconButton>
      )}
    </MenuButton>
  );
}

function DeleteObject({ object, onClose }: { object: ObjectDef; onClose: () => void }) {
  const navigate = useNavigate();
  const reload = useReloadCatalog();
  const changes = [{ kind: "objects", name: object.name, definition: null }];
  return (
    <ReviewDialog
      title={t("Delete {plural_label}?", { plural_label: object.plural_label })}
      verb={t("Delete object")}
      danger
      about={t(
        "The object disappears from lists, pages and the API at once. Its data is kept for 30 days, then purged.",
      )}
      dependantsOf={{ kind: "objects", name: object.name }}
      word={object.name}
      planKey={changes}
      plan={(signal) => planChanges(changes, signal)}
      apply={({ allowDataLoss }) => deleteObject(object.name, allowDataLoss)}
      onClose={onClose}
      onDone={async () => {
        navigate({ to: "/setup/objects" });
        await reload();
        toast(t("Deleted {plural_label}", { plural_label: object.plural_label }));
      }}
    />
  );
}
