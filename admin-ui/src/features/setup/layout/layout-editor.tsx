// The layout editor: palette, page and properties side by side. Nothing is live before it is published.
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { ArrowLeft, Redo2, Trash2, Undo2 } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { applyChanges, planChanges } from "@/api/metadata";
import { useCatalog } from "@/catalog/catalog";
import { isOff } from "@/catalog/fields";
import { useReloadCatalog } from "@/catalog/load";
import type { LayoutDef, LayoutItem, ObjectDef } from "@/catalog/types";
import { ReviewDialog } from "@/changes/review-dialog";
import { Empty } from "@/components/bits";
import { Button, IconButton } from "@/components/button";
import { useTitle } from "@/components/page-frame";
import { toast } from "@/components/toast";
import { Unsaved } from "@/components/unsaved";
import { RecordPicker, usePreviewRecord } from "@/fields/preview-record";
import { differences } from "@/lib/differences";
import { t } from "@/lib/i18n";
import { useShortcuts } from "@/lib/shortcuts";
import { useUndoable } from "@/lib/use-undoable";
import { Canvas } from "./canvas";
import { useDrag } from "./drag";
import { type Editing, EditingContext, type Selected } from "./editing";
import { labelOf } from "./item-label";
import {
  bringBack,
  type Draft,
  highlight,
  landed,
  moveItem,
  nudge,
  putOn,
  type Spot,
  unhighlight,
} from "./layout-draft";
import { Palette } from "./palette";
import { PreviewAs, useEyes } from "./preview-as";
import { Properties } from "./properties";

export function LayoutEditorPage() {
  const { object: objectName, layout: layoutName } = useParams({
    from: "/shell/setup/objects/$object/layouts/$layout",
  });
  const catalog = useCatalog();
  const object = catalog.object(objectName);
  const layout = catalog.layoutsOf(objectName).find((l) => l.name === `${objectName}.${layoutName}`);
  if (!object || !layout)
    return <Empty title={t("There is no layout {objectName}.{layoutName}", { objectName, layoutName })} />;
  return <LayoutEditor key={layout.name} object={object} layout={layout} />;
}

function draftOf({ name: _, ...definition }: LayoutDef): Draft {
  return definition;
}

function LayoutEditor({ object, layout }: { object: ObjectDef; layout: LayoutDef }) {
  const catalog = useCatalog();
  const navigate = useNavigate();
  const reload = useReloadCatalog();
  const before = draftOf(layout);
  const { value: draft, set, undo, redo, restart } = useUndoable<Draft>(before);
  const [selected, select] = useState<Selected>(null);
  const [said, setSaid] = useState("");
  const [open, setOpen] = useState<"publish" | "delete" | null>(null);
  const drag = useDrag();
  const eyes = useEyes(object);
  const { record, id, choose } = usePreviewRecord(object);
  const focusSpot = useRef<Spot | null>(null);
  const changed = differences(before, draft).length > 0;
  useTitle(t("Layout of {label}", { label: object.label }), t("Setup"), catalog.me.tenant.name);
  useShortcuts({
    // Where there is no step left, nothing else is undone.
    "mod+z": (event) => (event.shiftKey ? redo : undo)?.(),
    "mod+y": () => redo?.(),
    esc: () => (selected ? select(null) : false),
  });

  useEffect(() => {
    const spot = focusSpot.current;
    if (!spot) return;
    focusSpot.current = null;
    document.querySelector<HTMLElement>(`[data-spot="${spot.section}.${spot.at}"]`)?.focus();
  });

  function change(next: (d: Draft) => Draft, words: string, after?: Selected) {
    set(next);
    if (words) setSaid(words);
    if (after !== undefined) select(after);
  }

  function drop() {
    const { held, over } = drag;
    drag.end();
    if (!held || !over) return;
    const label = labelOf(object, held.item);
    if ("highlight" in over) {
      const name = held.item.field;
      if (name) change((d) => highlight(d, name, over.highlight), t("{label} is a highlight", { label }));
    } else if (held.from === "highlights") {
      change((d) => unhighlight(d, held.item.field ?? ""), t("{label} is no highlight any more", { label }));
    } else if (held.from) {
      const { from } = held;
      change((d) => moveItem(d, from, over), t("{label} moved", { label }), { kind: "item", spot: landed(from, over) });
    } else if (held.item.component) place(held.item);
    else change((d) => putOn(d, held.item, over), t("{label} added", { label }), { kind: "item", spot: over });
  }

  function step(spot: Spot, by: -1 | 1) {
    const to = nudge(draft, spot, by);
    const item = draft.sections[spot.section]?.items[spot.at];
    if (!to || !item) return;
    const at = landed(spot, to);
    focusSpot.current = at;
    const words = t("{item} moved to {section}, place {n}", {
      item: labelOf(object, item),
      section: draft.sections[at.section]?.label ?? "",
      n: at.at + 1,
    });
    change((d) => moveItem(d, spot, to), words, { kind: "item", spot: at });
  }

  function place(item: LayoutItem) {
    const first = draft.sections.findIndex((one) => !isOff(one));
    const section =
      selected?.kind === "section" ? selected.section : selected?.kind === "item" ? selected.spot.section : first;
    const to = draft.sections[section];
    if (item.component || !to)
      return change((d) => bringBack(d, item), t("{label} added", { label: labelOf(object, item) }));
    change(
      (d) => putOn(d, item, { section, at: to.items.length }),
      t("{item} added to {section}", { item: labelOf(object, item), section: to.label ?? "" }),
    );
  }

  const editing: Editing = { object, draft, record, selected, drag, eyes, select, change, place, drop, step };
  const toTab = { to: "/setup/objects/$object", params: { object: object.name }, search: { tab: "layouts" } } as const;
  const definition = open === "delete" ? null : (draft as unknown as Record<string, unknown>);
  const changes = [{ kind: "layouts", name: layout.name, definition }];
  return (
    <EditingContext.Provider value={editing}>
      <section className="flex min-w-0 flex-1 flex-col" aria-label={t("Layout editor")}>
        <header className="flex min-h-12 shrink-0 flex-wrap items-center gap-2 border-line border-b px-3 py-1.5">
          <Link
            {...toTab}
            aria-label={t("Back to {label}", { label: object.label })}
            className="rounded-control p-1.5 text-text-2 hover:bg-hover"
          >
            <ArrowLeft size={16} />
          </Link>
          <h1 className="min-w-0 truncate font-semibold text-base">
            {object.label} {t("layout")}{" "}
            <span className="font-mono font-normal text-text-3 text-xs">{layout.name}</span>
          </h1>
          <div className="ms-auto flex min-w-0 basis-full items-center gap-1.5 phone:basis-auto">
            <RecordPicker object={object} id={id} name={String(record?.name ?? "")} onChoose={choose} />
            <IconButton label={t("Undo")} disabled={!undo} onClick={undo}>
              <Undo2 size={15} />
            </IconButton>
            <IconButton label={t("Redo")} disabled={!redo} onClick={redo}>
              <Redo2 size={15} />
            </IconButton>
            <IconButton label={t("Delete layout")} onClick={() => setOpen("delete")}>
              <Trash2 size={15} />
            </IconButton>
            <Button look="solid" size="md" disabled={!changed} onClick={() => setOpen("publish")}>
              {t("Publish")}
            </Button>
          </div>
        </header>
        <Unsaved changed={changed} />
        <p role="status" className="sr-only">
          {said}
        </p>
        <div className="grid min-h-0 flex-1 overflow-y-auto wide:grid-cols-[220px_minmax(0,1fr)_240px] wide:overflow-hidden">
          <div className="order-2 border-line border-t p-3 wide:order-1 wide:overflow-y-auto wide:border-e wide:border-t-0">
            <Palette />
          </div>
          <div className="order-1 min-w-0 bg-sunken p-3 wide:order-2 wide:overflow-y-auto wide:p-5">
            <PreviewAs object={object} layout={layout.name} eyes={eyes} />
            <Canvas />
          </div>
          <aside
            aria-label={t("Properties")}
            className="order-3 border-line border-t p-3 wide:overflow-y-auto wide:border-s wide:border-t-0"
          >
            <Properties />
          </aside>
        </div>
        {open && (
          <ReviewDialog
            title={
              open === "delete" ? t("Delete this layout?") : t("Publish the layout of {label}", { label: object.label })
            }
            verb={open === "delete" ? t("Delete layout") : t("Publish layout")}
            danger={open === "delete"}
            word={layout.name}
            planKey={changes}
            plan={(signal) => planChanges(changes, signal)}
            apply={({ message, allowDataLoss }) => applyChanges(changes, message, allowDataLoss)}
            parts={[{ kind: "layouts", name: layout.name, before, after: definition }]}
            messageHint={t("Why it is changed; shown in the change history.")}
            onClose={() => setOpen(null)}
            onDone={async () => {
              const gone = open === "delete";
              setOpen(null);
              if (gone) navigate({ ...toTab, ignoreBlocker: true });
              else restart(draft);
              await reload();
              toast(gone ? t("Deleted the layout") : t("Published the layout of {label}", { label: object.label }));
            }}
          />
        )}
      </section>
    </EditingContext.Provider>
  );
}
