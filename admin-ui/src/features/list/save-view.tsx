// What was changed about a view can be kept: in the view itself, or as a new one. Until then it is in the URL alone.
import { Check, ChevronDown, Share2 } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { applyChanges } from "@/api/metadata";
import { messageOf } from "@/api/problem";
import { useCatalog } from "@/catalog/catalog";
import { useReloadCatalog } from "@/catalog/load";
import type { ListViewDef, ObjectDef } from "@/catalog/types";
import { Button } from "@/components/button";
import { MenuButton, type MenuItem } from "@/components/menu";
import { toast, toastError } from "@/components/toast";
import type { Party } from "@/fields/party";
import { t } from "@/lib/i18n";
import { apiName } from "@/lib/text";
import { type ListState, sortText, viewSlug } from "./list-state";
import type { Named } from "./view-dialogs";

const NameDialog = lazy(() => import("./view-dialogs").then((m) => ({ default: m.NameDialog })));
const ShareViewDialog = lazy(() => import("./view-dialogs").then((m) => ({ default: m.ShareViewDialog })));

interface SaveViewProps {
  object: ObjectDef;
  state: ListState;
  changed: boolean;
  onReset: () => void;
  onView: (slug: string | undefined) => void;
}

type Definition = Omit<ListViewDef, "name">;

/** The view as it is shown now. Conditions become part of its filter; what is "mine" stays a matter of its scope. */
function definitionOf(object: ObjectDef, state: ListState, { label, mine, sharedWith }: Named): Definition {
  const { filter, where } = state.kept;
  return {
    object: object.name,
    label,
    scope: mine ? "mine" : "all",
    columns: state.columns.map((c) => c.name),
    display: state.display,
    ...(state.sort.length ? { sort: sortText(state.sort) } : {}),
    ...(filter ? { filter } : {}),
    ...(where ? { where } : {}),
    ...(state.group ? { group_by: state.group.name } : {}),
    ...(sharedWith.length ? { shared_with: sharedWith } : {}),
  };
}

export function SaveView({ object, state, changed, onReset, onView }: SaveViewProps) {
  const catalog = useCatalog();
  const reload = useReloadCatalog();
  const [open, setOpen] = useState<"new" | "share" | null>(null);
  const may = catalog.may("manage_metadata");
  const { view } = state;
  if (!changed && !may) return null;

  async function put(name: string, definition: Definition | null, said: string, undo?: () => void) {
    await applyChanges([{ kind: "list-views", name, definition }], said);
    await reload();
    toast(said, undo ? { action: { label: t("Undo"), undo: true, run: undo } } : {});
  }

  async function update() {
    if (!view) return;
    const { name, ...before } = view;
    try {
      const back = () => put(name, before, t("{view} is as it was", { view: view.label })).catch(failed);
      const next = definitionOf(object, state, namedAs(view));
      await put(name, next, t("Saved {view}", { view: view.label }), () => void back());
      onReset();
    } catch (error) {
      failed(error);
    }
  }

  async function remove() {
    if (!view) return;
    const { name, ...before } = view;
    onView(undefined);
    const back = () => put(name, before, t("{view} is back", { view: view.label })).catch(failed);
    await put(name, null, t("Deleted {view}", { view: view.label }), () => void back()).catch(failed);
  }

  async function share(sharedWith: Party[]) {
    if (!view) return;
    const { name, shared_with: _, ...before } = view;
    await put(
      name,
      { ...before, ...(sharedWith.length ? { shared_with: sharedWith } : {}) },
      t("Shared {view}", { view: view.label }),
    );
    setOpen(null);
  }

  const items: MenuItem[] = [];
  if (may && changed && view)
    items.push({ label: t("Save in this view"), icon: <Check size={15} />, onSelect: update });
  if (may) items.push({ label: t("Save as a new view"), onSelect: () => setOpen("new") });
  if (may && view && !changed)
    items.push({ label: t("Who sees this view"), icon: <Share2 size={15} />, onSelect: () => setOpen("share") });
  if (changed) items.push({ label: t("Reset to the view"), separate: may, onSelect: onReset });
  if (may && view && !changed)
    items.push({ label: t("Delete this view"), danger: true, separate: true, onSelect: remove });

  return (
    <>
      <MenuButton items={items} label={t("View")} align="end">
        {(button) => (
          <Button {...button} className={changed ? "text-accent-text" : ""}>
            {changed ? t("Save view") : t("View")}
            <ChevronDown size={12} className="text-text-3" />
          </Button>
        )}
      </MenuButton>
      <Suspense fallback={null}>
        {open === "new" && (
          <NameDialog
            taken={catalog.viewsOf(object.name).map(viewSlug)}
            mine={view?.scope === "mine"}
            onClose={() => setOpen(null)}
            onSave={async (named) => {
              const slug = apiName(named.label);
              await put(
                `${object.name}.${slug}`,
                definitionOf(object, state, named),
                t("Saved {view}", { view: named.label }),
              );
              setOpen(null);
              onView(slug);
            }}
          />
        )}
        {open === "share" && view && <ShareViewDialog view={view} onClose={() => setOpen(null)} onSave={share} />}
      </Suspense>
    </>
  );
}

const namedAs = ({ label, scope, shared_with = [] }: ListViewDef): Named => ({
  label,
  mine: scope === "mine",
  sharedWith: shared_with,
});

const failed = (error: unknown) => toastError(messageOf(error));
