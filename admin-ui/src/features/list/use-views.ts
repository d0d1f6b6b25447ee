// What can be done with a view: everybody's through metadata, one's own beside it. Everything can be undone.
import { applyChanges } from "@/api/metadata";
import { messageOf } from "@/api/problem";
import { changeView, chooseView, createView, deleteView, type OwnViewDef } from "@/api/views";
import { useCatalog } from "@/catalog/catalog";
import { useReloadCatalog } from "@/catalog/load";
import type { ListViewDef, ObjectDef } from "@/catalog/types";
import { toast, toastError } from "@/components/toast";
import { t } from "@/lib/i18n";
import { type ListState, sortText, viewSlug } from "./list-state";

/** The definition of a view for others. */
export type Definition = Omit<ListViewDef, "name" | "own" | "left_out">;

/** What a list shows now, as a view keeps it. Conditions become part of its filter; what is "mine" stays a matter of
 * its scope. */
export function keptOf(object: ObjectDef, state: ListState, mine: boolean): Omit<Definition, "label"> {
  const { filter, where } = state.kept;
  return {
    object: object.name,
    scope: mine ? "mine" : "all",
    columns: state.columns.map((c) => c.name),
    display: state.display,
    ...(state.sort.length ? { sort: sortText(state.sort) } : {}),
    ...(filter ? { filter } : {}),
    ...(where ? { where } : {}),
    ...(state.group ? { group_by: state.group.name } : {}),
  };
}

/** Everything that a kept view may say and this one does not is taken away from it. */
const NOTHING = { sort: null, filter: null, where: null, group_by: null };

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
  const without = ({ own: _, left_out: __, name: ___, ...before }: ListViewDef): Definition => before;

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
    /** Says an own view anew. */
    async change(view: ListViewDef, wish: Partial<Definition>, said: string) {
      const id = view.own ?? "";
      const { shared_with: _, ...before } = without(view);
      const back = view.left_out?.length ? undefined : () => changeView(id, { ...NOTHING, ...before });
      await told(said, () => changeView(id, wish.columns ? { ...NOTHING, ...wish } : wish), back);
    },
    /** Puts an own view at another place among the own ones. */
    async place(view: ListViewDef, position: number) {
      await changeView(view.own ?? "", { position });
      await reload();
    },
    /** Ends an own view. */
    async end(view: ListViewDef) {
      const position = catalog.ownViews(view.object).indexOf(view);
      const { shared_with: _, ...before } = without(view);
      await told(
        t("Deleted {view}", { view: view.label }),
        () => deleteView(view.own ?? ""),
        () => createView({ ...before, position }),
      );
    },
    /** Makes the list open with a view, or with its first one again. */
    async choose(object: string, view: ListViewDef | null) {
      await chooseView(object, view && viewSlug(view));
      await reload();
      if (view) toast(t("The list opens with {view} now", { view: view.label }));
    },
  };
}
