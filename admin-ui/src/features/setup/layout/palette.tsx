// What was taken off the page and can be put on it again. Pressing a thing puts it into the chosen section; dragging puts it anywhere.
import { useState } from "react";
import { fieldOf } from "@/catalog/fields";
import { OTHER_FIELDS, OTHER_LISTS } from "@/catalog/placement";
import type { LayoutItem, ObjectDef } from "@/catalog/types";
import { TextInput } from "@/components/inputs";
import { t } from "@/lib/i18n";
import { useEditing } from "./editing";
import { ItemMark, labelOf } from "./item-label";
import { offItems } from "./layout-draft";

export function Palette() {
  const { object, draft } = useEditing();
  const [text, setText] = useState("");
  const off = offItems(draft).filter((item) => isKnown(object, item));
  const sought = (item: LayoutItem) =>
    `${labelOf(object, item)} ${Object.values(item).join(" ")}`.toLowerCase().includes(text.trim().toLowerCase());
  const groups: [string, LayoutItem[]][] = [
    [t("Fields"), off.filter((item) => item.field || item.component === OTHER_FIELDS).filter(sought)],
    [t("Related lists"), off.filter((item) => item.related || item.component === OTHER_LISTS).filter(sought)],
  ];
  return (
    <section aria-label={t("Not on the page")} className="flex min-h-0 flex-col gap-3">
      <h2 className="font-semibold">{t("Not on the page")}</h2>
      <TextInput
        type="search"
        placeholder={t("Find a field or list")}
        aria-label={t("Find a field or list")}
        value={text}
        onChange={(e) => setText(e.target.value)}
      />
      {groups.map(([label, items]) => (
        <div key={label}>
          <h3 className="mb-1 flex items-baseline gap-1.5 font-medium text-text-2 text-xs">
            {label}
            <span className="num font-normal text-text-3">{items.length}</span>
          </h3>
          {items.length === 0 ? (
            <p className="px-1 text-text-3 text-xs">{text ? t("Nothing matches") : t("All are on the page")}</p>
          ) : (
            <ul className="flex flex-col gap-px">
              {items.map((item) => (
                <li key={JSON.stringify(item)}>
                  <PaletteItem item={item} />
                </li>
              ))}
            </ul>
          )}
        </div>
      ))}
    </section>
  );
}

/** What is gone from the object cannot be put on a page. */
const isKnown = (object: ObjectDef, { field, related }: LayoutItem): boolean =>
  field
    ? fieldOf(object, field) !== undefined
    : !related || Boolean(object.relations?.some((one) => one.name === related));

function PaletteItem({ item }: { item: LayoutItem }) {
  const { object, drag, place } = useEditing();
  const label = labelOf(object, item);
  return (
    <button
      type="button"
      draggable
      aria-label={t("Add {label}", { label })}
      className="flex h-7.5 w-full cursor-grab items-center gap-2 rounded-control px-1.5 text-start hover:bg-hover active:cursor-grabbing"
      onDragStart={drag.start({ item })}
      onDragEnd={drag.end}
      onClick={() => place(item)}
    >
      <ItemMark object={object} item={item} />
      <span className="truncate">{label}</span>
    </button>
  );
}
