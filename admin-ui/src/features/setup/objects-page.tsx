// Every object of the tenant, and the way to a new one.

import { Link, useNavigate } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { useEffect, useState } from "react";
import { useCatalog } from "@/catalog/catalog";
import { ownFields } from "@/catalog/fields";
import { objectIcon } from "@/catalog/icons";
import type { ObjectDef } from "@/catalog/types";
import { Empty, Glyph } from "@/components/bits";
import { Button } from "@/components/button";
import { TextInput } from "@/components/inputs";
import { late } from "@/components/late";
import { PageFrame, tableCell, tableHead, tableHeadEnd } from "@/components/page-frame";
import { objectHue } from "@/lib/hues";
import { t } from "@/lib/i18n";
import { useShortcuts } from "@/lib/shortcuts";
import { Source } from "./source";

const NewObjectDialog = late(() => import("./new-object-dialog"), "NewObjectDialog", "over");

export function ObjectsPage() {
  const catalog = useCatalog();
  const [creating, setCreating] = useState(false);
  const [text, setText] = useState("");
  useEffect(() => {
    document.title = t("Objects and fields · {name}", { name: catalog.me.tenant.name });
  }, [catalog]);
  useShortcuts({
    c: () => setCreating(true),
    "/": () => document.getElementById("find-object")?.focus(),
  });
  const shown = catalog.objects.filter((o) => `${o.label} ${o.name}`.toLowerCase().includes(text.toLowerCase()));
  return (
    <PageFrame
      title={t("Objects and fields")}
      about={t("What your workspace keeps records of. Every object gets its own table, list, pages and API.")}
      action={
        <Button look="solid" size="md" icon={<Plus size={15} />} onClick={() => setCreating(true)}>
          {t("New object")}
        </Button>
      }
    >
      <TextInput
        id="find-object"
        type="search"
        className="mb-3 max-w-72"
        placeholder={t("Find an object")}
        aria-label={t("Find an object")}
        value={text}
        onChange={(e) => setText(e.target.value)}
      />
      {shown.length === 0 ? (
        <Empty title={text ? t("No object matches “{text}”", { text }) : t("No objects yet")} />
      ) : (
        <table className="w-full border-collapse text-sm">
          <thead>
            <tr>
              <th scope="col" className={tableHead}>
                {t("Label")}
              </th>
              <th scope="col" className={`${tableHead} hidden phone:table-cell`}>
                {t("API name")}
              </th>
              <th scope="col" className={`${tableHead} hidden wide:table-cell`}>
                {t("From")}
              </th>
              <th scope="col" className={tableHeadEnd}>
                {t("Fields")}
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((object) => (
              <ObjectRow key={object.name} object={object} />
            ))}
          </tbody>
        </table>
      )}
      {creating && <NewObjectDialog onClose={() => setCreating(false)} />}
    </PageFrame>
  );
}

function ObjectRow({ object }: { object: ObjectDef }) {
  const navigate = useNavigate();
  return (
    <tr
      className="hover:bg-hover"
      onClick={() => navigate({ to: "/setup/objects/$object", params: { object: object.name } })}
    >
      <td className={tableCell}>
        <Link
          to="/setup/objects/$object"
          params={{ object: object.name }}
          className="flex items-center gap-2.5 font-medium"
          onClick={(e) => e.stopPropagation()}
        >
          <Glyph icon={objectIcon(object)} hue={objectHue(object.name)} size={24} />
          {object.plural_label}
        </Link>
      </td>
      <td className={`${tableCell} hidden font-mono text-text-2 text-xs phone:table-cell`}>{object.name}</td>
      <td className={`${tableCell} hidden wide:table-cell`}>
        <Source package_={object.package} system={Boolean(object.system)} />
      </td>
      <td className={`${tableCell} num text-end text-text-2`}>{ownFields(object).length}</td>
    </tr>
  );
}
