// What is done with the view that a list shows: kept for oneself or for others, chosen, put back, taken away. Until it is
// kept, what was changed is in the address alone.

import { Check, ChevronDown, House, ListOrdered, Share2, UserPlus } from "lucide-react";
import { useState } from "react";
import { useCatalog } from "@/catalog/catalog";
import type { ListViewDef, ObjectDef } from "@/catalog/types";
import { Button } from "@/components/button";
import { late } from "@/components/late";
import { MenuButton, type MenuItem } from "@/components/menu";
import type { Party } from "@/fields/party";
import { t } from "@/lib/i18n";
import { apiName } from "@/lib/text";
import { type ListState, viewSlug } from "./list-state";
import { failed, useViews } from "./use-views";
import type { Named } from "./view-dialogs";
import { keptOf, overwrites, wishOf } from "./view-wish";

const NameDialog = late(() => import("./view-dialogs"), "NameDialog", "over");
const ShareViewDialog = late(() => import("./view-dialogs"), "ShareViewDialog", "over");
const LeftOutDialog = late(() => import("./left-out"), "LeftOutDialog", "over");
const OwnViewsDialog = late(() => import("./own-views"), "OwnViewsDialog", "over");

interface ViewMenuProps {
  object: ObjectDef;
  state: ListState;
  changed: boolean;
  onReset: () => void;
  onView: (slug: string | undefined) => void;
  /** The view that is shown stays, with what was changed about it, whatever the list opens with. */
  onStay: (slug: string) => void;
}

type Opened = "own" | "new" | "share" | "mine";

export function ViewMenu({ object, state, changed, onReset, onView, onStay }: ViewMenuProps) {
  const catalog = useCatalog();
  const [open, setOpen] = useState<Opened | null>(null);
  const [asked, setAsked] = useState<{ view: ListViewDef; deed: "save" | "delete" } | null>(null);
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
      if (of.own) await views.change(of, wishOf(catalog, object, state), said);
      else {
        const same = {
          label: of.written ?? of.label,
          scope: of.scope ?? "all",
          ...(shared_with?.length ? { shared_with } : {}),
        };
        const definition = { ...kept(mine), ...same };
        await views.share(of.name, definition, said, of);
      }
      onReset();
    } catch (error) {
      failed(error);
    }
  }

  /** Takes a view away; only who looks at it is led to another one, and only once it is gone. */
  async function remove(of: ListViewDef) {
    try {
      if (of.own) await views.end(of);
      else await views.share(of.name, null, t("Deleted {view}", { view: of.label }), of);
      if (of.name === view?.name) onView(undefined);
    } catch (error) {
      failed(error);
    }
  }

  const save = (of: ListViewDef) =>
    of.own && overwrites(of, wishOf(catalog, object, state)) ? setAsked({ view: of, deed: "save" }) : update(of);
  const end = (of: ListViewDef) => (of.left_out?.length ? setAsked({ view: of, deed: "delete" }) : remove(of));

  /** Says what the list opens with, or no longer says it. */
  function openWith(of: ListViewDef) {
    if (of === chosen) onStay(viewSlug(of));
    void views.choose(object.name, of === chosen ? null : of).catch(failed);
  }

  /** Where all views are one's own and none is chosen, the list opens with the first, which is about to be another. */
  function onMove() {
    if (view?.own && view === state.opening && view !== chosen) onStay(viewSlug(view));
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
    onSelect: () => saved && save(saved),
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
    onSelect: () => view && openWith(view),
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
    onSelect: () => saved && end(saved),
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
        <OwnViewsDialog object={object} onClose={() => setOpen(null)} onMove={onMove} onRemove={end} />
      )}
      {asked && (
        <LeftOutDialog
          {...asked}
          onClose={() => setAsked(null)}
          onConfirm={() => void (asked.deed === "save" ? update(asked.view) : remove(asked.view))}
        />
      )}
    </>
  );
}

const labelOf = (view: ListViewDef): string => view.label;
