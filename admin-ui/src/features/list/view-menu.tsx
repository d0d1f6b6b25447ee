// What is done with the view that a list shows: kept for oneself or for others, chosen, put back, taken away. Until it is
// kept, what was changed is in the address alone.
import { Check, ChevronDown, House, ListOrdered, Share2, UserPlus } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useCatalog } from "@/catalog/catalog";
import type { ListViewDef, ObjectDef } from "@/catalog/types";
import { Button } from "@/components/button";
import { MenuButton, type MenuItem } from "@/components/menu";
import type { Party } from "@/fields/party";
import { t } from "@/lib/i18n";
import { apiName } from "@/lib/text";
import { type ListState, viewSlug } from "./list-state";
import { failed, keptOf, useViews } from "./use-views";
import type { Named } from "./view-dialogs";

const NameDialog = lazy(() => import("./view-dialogs").then((m) => ({ default: m.NameDialog })));
const ShareViewDialog = lazy(() => import("./view-dialogs").then((m) => ({ default: m.ShareViewDialog })));
const OwnViewsDialog = lazy(() => import("./own-views").then((m) => ({ default: m.OwnViewsDialog })));

interface ViewMenuProps {
  object: ObjectDef;
  state: ListState;
  changed: boolean;
  onReset: () => void;
  onView: (slug: string | undefined) => void;
}

type Opened = "own" | "new" | "share" | "mine";

export function ViewMenu({ object, state, changed, onReset, onView }: ViewMenuProps) {
  const catalog = useCatalog();
  const [open, setOpen] = useState<Opened | null>(null);
  const views = useViews();
  const { view } = state;
  const may = catalog.may("manage_metadata");
  const mine = view?.scope === "mine";
  const shared = view && !view.own && may ? view : undefined;
  const chosen = catalog.chosenView(object.name);
  const kept = (scope: boolean) => keptOf(object, state, scope);

  /** Keeps what is shown in the view itself. */
  async function update(of: ListViewDef) {
    const said = t("Saved {view}", { view: of.label });
    const { shared_with } = of;
    try {
      if (of.own) await views.change(of, kept(mine), said);
      else {
        const definition = { ...kept(mine), label: of.label, ...(shared_with?.length ? { shared_with } : {}) };
        await views.share(of.name, definition, said, of);
      }
      onReset();
    } catch (error) {
      failed(error);
    }
  }

  async function remove(of: ListViewDef) {
    onView(undefined);
    const gone = of.own ? views.end(of) : views.share(of.name, null, t("Deleted {view}", { view: of.label }), of);
    await gone.catch(failed);
  }

  async function keep({ label, mine: scope, sharedWith }: Named, own: boolean) {
    const definition = { ...kept(scope), label };
    let slug = apiName(label);
    if (own) slug = (await views.keep(definition)).id;
    else {
      const people = sharedWith.length ? { shared_with: sharedWith } : {};
      await views.share(`${object.name}.${slug}`, { ...definition, ...people }, t("Saved {view}", { view: label }));
    }
    setOpen(null);
    onView(slug);
  }

  async function shareWith(of: ListViewDef, sharedWith: Party[]) {
    const { name, shared_with: _, own: __, left_out: ___, ...before } = of;
    const definition = { ...before, ...(sharedWith.length ? { shared_with: sharedWith } : {}) };
    await views.share(name, definition, t("Shared {view}", { view: of.label }));
    setOpen(null);
  }

  const items: MenuItem[] = [];
  const add = (when: unknown, item: MenuItem) => when && items.push(item);
  const saved = view?.own ? view : shared;
  add(changed && saved, {
    label: view?.own ? t("Save in my view") : t("Save in this view"),
    icon: <Check size={15} />,
    onSelect: () => saved && update(saved),
  });
  add(true, { label: t("Save as my view"), icon: <UserPlus size={15} />, onSelect: () => setOpen("own") });
  add(may, {
    label: view?.own ? t("Share as a view for others") : t("Save as a new view"),
    icon: <Share2 size={15} />,
    onSelect: () => setOpen("new"),
  });
  add(shared && !changed, {
    label: t("Who sees this view"),
    icon: <Share2 size={15} />,
    onSelect: () => setOpen("share"),
  });
  add(view && state.views.length > 1, {
    label: t("Open the list with this view"),
    icon: <House size={15} />,
    separate: true,
    checked: view === state.opening,
    onSelect: () => void views.choose(object.name, view && view !== chosen ? view : null).catch(failed),
  });
  add(catalog.ownViews(object.name).length, {
    label: t("My views"),
    icon: <ListOrdered size={15} />,
    onSelect: () => setOpen("mine"),
  });
  add(changed, { label: t("Reset to the view"), separate: true, onSelect: onReset });
  add(saved && !changed, {
    label: view?.own ? t("Delete my view") : t("Delete this view"),
    danger: true,
    separate: true,
    onSelect: () => saved && remove(saved),
  });

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
        {(open === "own" || open === "new") && (
          <NameDialog
            own={open === "own"}
            label={open === "new" && view?.own ? view.label : ""}
            taken={(open === "own" ? catalog.ownViews : catalog.viewsOf)
              .call(catalog, object.name)
              .map(open === "own" ? labelOf : viewSlug)}
            mine={mine}
            onClose={() => setOpen(null)}
            onSave={(named) => keep(named, open === "own")}
          />
        )}
        {open === "share" && shared && (
          <ShareViewDialog view={shared} onClose={() => setOpen(null)} onSave={(people) => shareWith(shared, people)} />
        )}
        {open === "mine" && (
          <OwnViewsDialog object={object} onClose={() => setOpen(null)} onGone={() => onView(undefined)} />
        )}
      </Suspense>
    </>
  );
}

const labelOf = (view: ListViewDef): string => view.label;
