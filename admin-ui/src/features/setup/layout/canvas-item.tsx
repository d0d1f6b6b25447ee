// One item on the canvas: a field with the record's value, or a related list with the columns that it will have.
import { EyeOff, GripVertical } from "lucide-react";
import { useCatalog } from "@/catalog/catalog";
import { defaultColumns, fieldOf } from "@/catalog/fields";
import type { LayoutItem, ObjectDef } from "@/catalog/types";
import { isEmpty } from "@/fields/kind";
import { kindOf } from "@/fields/registry";
import { cx } from "@/lib/cx";
import { t } from "@/lib/i18n";
import { isPastMiddle } from "./drag";
import { useEditing } from "./editing";
import { ItemMark, labelOf } from "./item-label";
import { type Spot, takeOff } from "./layout-draft";
import type { Eyes } from "./preview-as";

export function CanvasItem({ item, spot, line }: { item: LayoutItem; spot: Spot; line: boolean }) {
  const { object, selected, select, drag, drop, change, step, eyes } = useEditing();
  const hidden = isHidden(object, item, eyes);
  const chosen = selected?.kind === "item" && selected.spot.section === spot.section && selected.spot.at === spot.at;
  const label = labelOf(object, item);
  const held =
    typeof drag.held?.from === "object" && drag.held.from.section === spot.section && drag.held.from.at === spot.at;
  return (
    <li
      className={cx("relative", item.related && "col-span-full", held && "opacity-40")}
      onDragOver={(event) => {
        if (!drag.held) return;
        event.preventDefault();
        event.stopPropagation();
        drag.hover({ section: spot.section, at: spot.at + (isPastMiddle(event) ? 1 : 0) });
      }}
      onDrop={(event) => {
        event.preventDefault();
        event.stopPropagation();
        drop();
      }}
    >
      {line && <span aria-hidden="true" className="absolute inset-x-0 -top-1 h-0.5 rounded-full bg-accent" />}
      <button
        type="button"
        draggable
        data-spot={`${spot.section}.${spot.at}`}
        aria-pressed={chosen}
        aria-keyshortcuts="Alt+ArrowUp Alt+ArrowDown Delete"
        className={cx(
          "group flex min-h-8 w-full cursor-grab items-start gap-2 rounded-control px-1.5 py-1 text-start active:cursor-grabbing",
          chosen ? "bg-accent-soft ring-1 ring-accent" : "hover:bg-hover",
        )}
        onClick={() => select(chosen ? null : { kind: "item", spot })}
        onDragStart={drag.start({ item, from: spot })}
        onDragEnd={drag.end}
        onKeyDown={(event) => {
          if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
            event.preventDefault();
            step(spot, event.key === "ArrowUp" ? -1 : 1);
          } else if (event.key === "Delete" || event.key === "Backspace") {
            event.preventDefault();
            change((d) => takeOff(d, [item]), t("{label} taken off the page", { label }), null);
          }
        }}
      >
        <GripVertical
          size={14}
          aria-hidden="true"
          className="-ms-2 -me-1 mt-0.5 shrink-0 text-text-3 opacity-0 group-hover:opacity-100 group-focus-visible:opacity-100"
        />
        {hidden ? (
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

export function Unseen({ label }: { label: string }) {
  return (
    <span className="flex min-w-0 flex-1 items-center gap-2 text-text-3">
      <EyeOff size={13} aria-hidden="true" className="shrink-0" />
      <span className="truncate line-through">{label}</span>
      <span className="text-xs">{t("not seen")}</span>
    </span>
  );
}

/** Whether whoever the page is looked at for does not see an item. */
export function isHidden(object: ObjectDef, { field, related }: LayoutItem, eyes: Eyes): boolean {
  if (!eyes.reads(object.name)) return true;
  if (field) return !eyes.sees(field.split(".")[0] ?? field);
  const other = object.relations?.find((relation) => relation.name === related)?.object;
  return other !== undefined && !eyes.reads(other);
}

export function FieldPreview({ item, label }: { item: LayoutItem; label: string }) {
  const { object, record } = useEditing();
  const field = item.field ? fieldOf(object, item.field) : undefined;
  const kind = field && kindOf(field);
  const value = record && field && kind ? kind.read(record, field) : undefined;
  const Display = kind?.display;
  return (
    <>
      <span className="flex w-28 shrink-0 items-center gap-1.5 text-text-2 wide:w-34">
        <ItemMark object={object} item={item} size={13} />
        <span className="truncate">{label}</span>
      </span>
      <span className="pointer-events-none flex min-w-0 flex-1 overflow-hidden" inert>
        {Display && field && !isEmpty(value) ? (
          <Display value={value} field={field} compact />
        ) : (
          <span className="text-text-3">{field ? "–" : t("not there any more")}</span>
        )}
      </span>
    </>
  );
}

export function RelatedPreview({ item, label }: { item: LayoutItem; label: string }) {
  const { object } = useEditing();
  const catalog = useCatalog();
  const relation = object.relations?.find((r) => r.name === item.related);
  const other = catalog.object(relation?.object);
  const columns = other ? defaultColumns(other).slice(0, 4) : [];
  return (
    <span className="flex min-w-0 flex-1 flex-col gap-1.5">
      <span className="flex items-center gap-2 font-medium">
        <ItemMark object={object} item={item} />
        <span className="truncate">{label}</span>
        <span className="font-normal text-text-3 text-xs">{t("related list")}</span>
      </span>
      <span className="flex gap-4 border-line border-t pt-1.5 text-text-3 text-xs">
        {columns.map((path) => (
          <span key={path} className="min-w-0 flex-1 truncate">
            {(other && fieldOf(other, path)?.label) ?? path}
          </span>
        ))}
      </span>
    </span>
  );
}
