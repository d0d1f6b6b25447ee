// What no section names: it stands at the end of the page by itself, where it can be picked up or taken off.
import { useCatalog } from "@/catalog/catalog";
import { fieldOf } from "@/catalog/fields";
import { listable, lists, OTHER_FIELDS, OTHER_LISTS, placement } from "@/catalog/placement";
import type { LayoutItem } from "@/catalog/types";
import { Button } from "@/components/button";
import { cx } from "@/lib/cx";
import { t } from "@/lib/i18n";
import { inSentence } from "@/lib/text";
import { FieldPreview, isHidden, RelatedPreview, Unseen } from "./canvas-item";
import { useEditing } from "./editing";
import { labelOf } from "./item-label";
import { itemKey, takeOff } from "./layout-draft";

interface Block {
  label: string;
  items: LayoutItem[];
  /** What stands for all of their sort, and for those that come later; said once. */
  all?: LayoutItem;
}

export function Loose() {
  const { object, draft } = useEditing();
  const { more, system } = placement(object, draft);
  const { shown } = lists(listable(useCatalog(), object), draft);
  const named = new Set(draft.sections.flatMap((s) => s.items.map(itemKey)));
  const free = shown.map(({ name }) => ({ related: name })).filter((item) => !named.has(itemKey(item)));
  const others = { component: OTHER_FIELDS };
  const blocks: Block[] = [
    { label: t("More"), items: more.map((f) => ({ field: f.name })), ...(system.length ? {} : { all: others }) },
    { label: t("System"), items: system.map((f) => ({ field: f.name })), all: others },
    { label: t("Related lists"), items: free, all: { component: OTHER_LISTS } },
  ];
  return blocks.filter(({ items }) => items.length > 0).map((block) => <LooseBlock key={block.label} {...block} />);
}

function LooseBlock({ label, items, all }: Block) {
  const { object, change, eyes } = useEditing();
  const what = all ? labelOf(object, all) : "";
  return (
    <section aria-label={label} className="rounded-control border border-line-2 border-dashed p-3">
      <h2 className="mb-2 flex flex-wrap items-baseline gap-x-2 px-1 font-semibold">
        {label}
        <span className="font-normal text-text-2 text-xs">{t("at the end by itself, as no section names it")}</span>
      </h2>
      <ul className={cx("grid gap-x-4 gap-y-1", eyes.device !== "phone" && "phone:grid-cols-2")}>
        {items.map((item) => (
          <LooseItem key={itemKey(item)} item={item} />
        ))}
      </ul>
      {all && (
        <Button
          className="mt-1 -ms-1 text-text-2"
          title={t("What comes later is not on the page either then")}
          onClick={() => change((d) => takeOff(d, [all]), t("{label} taken off the page", { label: what }), null)}
        >
          {t("Take off {label}", { label: inSentence(what) })}
        </Button>
      )}
    </section>
  );
}

function LooseItem({ item }: { item: LayoutItem }) {
  const { object, selected, select, drag, change, eyes } = useEditing();
  const label = labelOf(object, item);
  const chosen = selected?.kind === "loose" && itemKey(selected.item) === itemKey(item);
  const known = item.related || (item.field && fieldOf(object, item.field));
  if (!known) return null;
  return (
    <li className={cx(item.related && "col-span-full")}>
      <button
        type="button"
        draggable
        aria-pressed={chosen}
        aria-keyshortcuts="Delete"
        className={cx(
          "flex min-h-8 w-full cursor-grab items-start gap-2 rounded-control px-1.5 py-1 text-start active:cursor-grabbing",
          chosen ? "bg-accent-soft ring-1 ring-accent" : "hover:bg-hover",
        )}
        onClick={() => select(chosen ? null : { kind: "loose", item })}
        onDragStart={drag.start({ item })}
        onDragEnd={drag.end}
        onKeyDown={(event) => {
          if (event.key !== "Delete" && event.key !== "Backspace") return;
          event.preventDefault();
          change((d) => takeOff(d, [item]), t("{label} taken off the page", { label }), null);
        }}
      >
        {isHidden(object, item, eyes) ? (
          <Unseen label={label} />
        ) : item.related ? (
          <RelatedPreview item={item} label={label} />
        ) : (
          <FieldPreview item={item} label={label} />
        )}
      </button>
    </li>
  );
}
