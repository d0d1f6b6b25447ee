// The highlights of a layout: the fields shown large at the top of a record.
import { X } from "lucide-react";
import { fieldOf } from "@/catalog/fields";
import { Tag } from "@/components/bits";
import { isEmpty } from "@/fields/kind";
import { kindOf } from "@/fields/registry";
import { cx } from "@/lib/cx";
import { t } from "@/lib/i18n";
import { isPastMiddle } from "./drag";
import { useEditing } from "./editing";
import { ItemMark, labelOf } from "./item-label";
import { highlight, MAX_HIGHLIGHTS, unhighlight } from "./layout-draft";

export function HighlightBar() {
  const { object, draft, record, drag, drop, change, eyes } = useEditing();
  const names = draft.highlights ?? [];
  const over = drag.over && "highlight" in drag.over ? drag.over.highlight : -1;
  const takes = Boolean(drag.held?.item.field);

  function nudgeHighlight(name: string, by: number) {
    const at = names.indexOf(name) + by;
    if (at < 0 || at >= names.length) return;
    const label = labelOf(object, { field: name });
    change((d) => highlight(d, name, by > 0 ? at + 1 : at), t("{label} moved to place {n}", { label, n: at + 1 }));
  }

  return (
    <section
      aria-label={t("Highlights")}
      className={cx("rounded-control border bg-surface p-3", takes ? "border-accent-line" : "border-line")}
      onDragOver={(event) => {
        if (!takes) return;
        event.preventDefault();
        if (event.target === event.currentTarget) drag.hover({ highlight: names.length });
      }}
      onDrop={(event) => {
        event.preventDefault();
        drop();
      }}
    >
      <h2 className="mb-2 flex items-center gap-2 px-1 font-semibold">
        {t("Highlights")}
        <span className="font-normal text-text-3 text-xs">
          {t("{n} of {most}, shown large at the top", { n: names.length, most: MAX_HIGHLIGHTS })}
        </span>
      </h2>
      <ul className="flex min-h-12 flex-wrap gap-2">
        {names.map((name, at) => {
          const field = fieldOf(object, name);
          const kind = field && kindOf(field);
          const value = record && field && kind ? kind.read(record, field) : undefined;
          const Display = kind?.display;
          const label = labelOf(object, { field: name });
          return (
            <li
              key={name}
              className={cx(
                "group relative flex min-w-28 rounded-control bg-sunken",
                over === at && "before:absolute before:inset-y-0 before:-start-1.5 before:w-0.5 before:bg-accent",
              )}
              onDragOver={(event) => {
                if (!takes) return;
                event.preventDefault();
                event.stopPropagation();
                drag.hover({ highlight: at + (isPastMiddle(event, "x") ? 1 : 0) });
              }}
            >
              <button
                type="button"
                draggable
                aria-keyshortcuts="Alt+ArrowLeft Alt+ArrowRight Delete"
                className="flex cursor-grab flex-col gap-0.5 rounded-control px-2.5 py-1.5 text-start active:cursor-grabbing"
                onDragStart={drag.start({ item: { field: name }, from: "highlights" })}
                onDragEnd={drag.end}
                onKeyDown={(event) => {
                  if (event.altKey && (event.key === "ArrowLeft" || event.key === "ArrowRight")) {
                    event.preventDefault();
                    nudgeHighlight(name, event.key === "ArrowLeft" ? -1 : 1);
                  } else if (event.key === "Delete" || event.key === "Backspace") {
                    event.preventDefault();
                    change((d) => unhighlight(d, name), t("{label} is no highlight any more", { label }));
                  }
                }}
              >
                <span className="flex items-center gap-1 text-text-2 text-xs">
                  <ItemMark object={object} item={{ field: name }} size={12} />
                  {label}
                </span>
                <span className="pointer-events-none h-5 font-medium" inert>
                  {!eyes.sees(name) ? (
                    t("not seen")
                  ) : Display && field && !isEmpty(value) ? (
                    <Display value={value} field={field} compact />
                  ) : (
                    "–"
                  )}
                </span>
              </button>
              <button
                type="button"
                aria-label={t("Remove the highlight {label}", { label })}
                className="m-0.5 inline-flex size-6 items-center justify-center self-start rounded-tag text-text-3 hover:bg-hover hover:text-text"
                onClick={() => change((d) => unhighlight(d, name), t("{label} is no highlight any more", { label }))}
              >
                <X size={12} />
              </button>
            </li>
          );
        })}
        {over === names.length && <li className="w-0.5 self-stretch bg-accent" />}
        {names.length === 0 && (
          <li className="flex items-center gap-2 px-1 text-text-3 text-xs">
            <Tag>{t("None")}</Tag> {t("Drag a field here, or choose a field below and highlight it")}
          </li>
        )}
      </ul>
    </section>
  );
}
