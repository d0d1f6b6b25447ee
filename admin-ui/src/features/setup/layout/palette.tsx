// What can still be put on the page. Pressing a thing puts it into the chosen section; dragging puts it anywhere.
import { useState } from "react";
import type { LayoutItem } from "@/catalog/types";
import { TextInput } from "@/components/inputs";
import { t } from "@/lib/i18n";
import { useEditing } from "./editing";
import { ItemMark, labelOf } from "./item-label";
import { unplaced } from "./layout-draft";

export function Palette() {
  const { object, draft } = useEditing();
  const [text, setText] = useState("");
  const { fields, related } = unplaced(draft, object);
  const sought = (item: LayoutItem) =>
    `${labelOf(object, item)} ${Object.values(item).join(" ")}`.toLowerCase().includes(text.trim().toLowerCase());
  const groups: [string, LayoutItem[]][] = [
    [t("Fields"), fields.map((field) => ({ field })).filter(sought)],
    [t("Related lists"), related.map((name) => ({ related: name })).filter(sought)],
  ];
  return (
    <section aria-label={t("Not on the page")} className="flex min-h-0 flex-col gap-3">
      <TextInput
        type="search"
        placeholder={t("Find a field or list")}
        aria-label={t("Find a field or list")}
        value={text}
        onChange={(e) => setText(e.target.value)}
      />
      {groups.map(([label, items]) => (
        <div key={label}>
          <h2 className="mb-1 flex items-baseline gap-1.5 font-medium text-text-2 text-xs">
            {label}
            <span className="num font-normal text-text-3">{items.length}</span>
          </h2>
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
