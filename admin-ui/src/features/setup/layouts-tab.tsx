// The layouts of an object: what its page shows, and for whom.
import { Link, useNavigate } from "@tanstack/react-router";
import { LayoutTemplate, Plus } from "lucide-react";
import { useState } from "react";
import { applyChanges } from "@/api/metadata";
import { messageOf } from "@/api/problem";
import { useCatalog } from "@/catalog/catalog";
import { sections } from "@/catalog/fields";
import { useReloadCatalog } from "@/catalog/load";
import type { LayoutDef, ObjectDef } from "@/catalog/types";
import { Empty } from "@/components/bits";
import { Button } from "@/components/button";
import { toastError } from "@/components/toast";
import { count } from "@/lib/text";

const slugOf = (layout: LayoutDef) => layout.name.split(".").slice(1).join(".");

export function LayoutsTab({ object }: { object: ObjectDef }) {
  const catalog = useCatalog();
  const navigate = useNavigate();
  const reload = useReloadCatalog();
  const [busy, setBusy] = useState(false);
  const layouts = catalog.layoutsOf(object.name);

  /** Begins with what the page shows already, so that there is something to change. */
  async function create() {
    const taken = new Set(layouts.map(slugOf));
    let layout = "default";
    for (let n = 2; taken.has(layout); n++) layout = `layout_${n}`;
    const shown = sections(object, layouts[0]).filter((s) => s.label !== "System");
    const definition = {
      object: object.name,
      sections: shown.map((s) => ({
        label: s.label,
        columns: Math.min(2, s.columns),
        items: s.fields.map((f) => ({ field: f.name })),
      })),
    };
    setBusy(true);
    try {
      await applyChanges(
        [{ kind: "layouts", name: `${object.name}.${layout}`, definition }],
        `Add a layout to ${object.label}`,
      );
      await reload();
      navigate({ to: "/setup/objects/$object/layouts/$layout", params: { object: object.name, layout } });
    } catch (error) {
      toastError(`The layout could not be made. ${messageOf(error)}`);
      setBusy(false);
    }
  }

  const add = (
    <Button look="outline" size="md" icon={<Plus size={14} />} busy={busy} onClick={create}>
      New layout
    </Button>
  );
  if (layouts.length === 0) {
    return (
      <Empty title="No layout yet" action={add}>
        The page shows every field in two columns. A layout says what stands where.
      </Empty>
    );
  }
  return (
    <>
      <ul className="mb-4 divide-y divide-line border-line border-y">
        {layouts.map((layout) => (
          <li key={layout.name}>
            <Link
              to="/setup/objects/$object/layouts/$layout"
              params={{ object: object.name, layout: slugOf(layout) }}
              className="flex items-center gap-3 px-1.5 py-2.5 hover:bg-hover"
            >
              <LayoutTemplate size={16} aria-hidden="true" className="text-text-3" />
              <span className="min-w-0 flex-1">
                <span className="block font-medium">{layout.sections.map((s) => s.label).join(", ")}</span>
                <span className="block text-text-2 text-xs">
                  {count(
                    layout.sections.reduce((n, s) => n + s.items.length, 0),
                    "item",
                    "items",
                  )}
                  {layout.highlights?.length ? ` · highlights ${layout.highlights.join(", ")}` : ""}
                </span>
              </span>
              <span className="hidden font-mono text-text-3 text-xs phone:block">{layout.name}</span>
            </Link>
          </li>
        ))}
      </ul>
      {add}
    </>
  );
}
