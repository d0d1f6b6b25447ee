// What can be done with a view: everybody's through metadata, one's own beside it. Everything can be undone but
// what would lose what one does not see.
import { applyChanges } from "@/api/metadata";
import { messageOf } from "@/api/problem";
import { changeView, chooseView, createView, deleteView, type OwnViewDef, type ViewWish } from "@/api/views";
import { useCatalog } from "@/catalog/catalog";
import { useReloadCatalog } from "@/catalog/load";
import type { ListViewDef } from "@/catalog/types";
import { toast, toastError } from "@/components/toast";
import { t } from "@/lib/i18n";
import { viewSlug } from "./list-state";
import { type Definition, overwrites, undoOf } from "./view-wish";

export const failed = (error: unknown) => toastError(messageOf(error));

export function useViews() {
  const catalog = useCatalog();
  const reload = useReloadCatalog();

  async function told(said: string, work: () => Promise<unknown>, undo?: () => Promise<unknown>) {
    await work();
    await reload();
    const back = async () => {
      await undo?.().catch(failed);
      await reload();
    };
    toast(said, undo ? { action: { label: t("Undo"), undo: true, run: () => void back() } } : {});
  }

  const put = (name: string, definition: Definition | null, said: string) => () =>
    applyChanges([{ kind: "list-views", name, definition }], said);
  const without = ({ own: _, left_out: __, name: ___, written, ...before }: ListViewDef): Definition => ({
    ...before,
    label: written ?? before.label,
  });

  return {
    /** Puts a view for others, or takes one away. */
    async share(name: string, definition: Definition | null, said: string, before?: ListViewDef) {
      const back = before && put(name, without(before), t("{view} is as it was", { view: before.label }));
      await told(said, put(name, definition, said), back);
    },
    /** Keeps what is shown as a view of one's own. */
    async keep(wish: Definition): Promise<OwnViewDef> {
      const made = await createView(wish);
      await reload();
      toast(t("Saved {view}", { view: made.label }));
      return made;
    },
    /** Says of an own view what differs. What it overwrites that one does not see cannot be put back. */
    async change(view: ListViewDef, wish: ViewWish, said: string) {
      const id = view.own ?? "";
      const back = () => changeView(id, undoOf(view, wish));
      await told(said, () => changeView(id, wish), overwrites(view, wish) ? undefined : back);
    },
    /** Puts an own view at another place among the own ones. */
    async place(view: ListViewDef, position: number) {
      await changeView(view.own ?? "", { position });
      await reload();
    },
    /** Ends an own view. One of which a part is not seen cannot be made again. */
    async end(view: ListViewDef) {
      const { object, label } = view;
      const position = catalog.ownViews(object).findIndex(({ own }) => own === view.own);
      const wasChosen = catalog.chosenView(object)?.own === view.own;
      const { shared_with: _, ...before } = without(view);
      const back = async () => {
        const { id } = await createView({ ...before, position });
        if (wasChosen) await chooseView(object, id);
      };
      const end = () => deleteView(view.own ?? "");
      await told(t("Deleted {view}", { view: label }), end, view.left_out?.length ? undefined : back);
    },
    /** Makes the list open with a view, or with its first one again. */
    async choose(object: string, view: ListViewDef | null) {
      await chooseView(object, view && viewSlug(view));
      await reload();
      if (view) toast(t("The list opens with {view} now", { view: view.label }));
    },
  };
}
